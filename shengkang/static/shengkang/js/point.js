/* A point chosen by pressing on a map: fills the two fields that [data-point] names, and follows them when somebody types.
   Needs map.js; #register-places holds what stands on the map. Without JavaScript the two fields are filled in by hand. */
(function () {
  'use strict';
  Array.prototype.forEach.call(document.querySelectorAll('[data-point]'), function (box) {
    var latitude = document.getElementById(box.getAttribute('data-latitude'));
    var longitude = document.getElementById(box.getAttribute('data-longitude'));
    var standing = JSON.parse(document.getElementById('register-places').textContent);
    var folded = box.closest('details'), map = null, marker = null;

    function show() {
      var at = [parseFloat(latitude.value), parseFloat(longitude.value)];
      if (marker) { map.drop(marker); marker = null; }
      if (isFinite(at[0]) && isFinite(at[1])) { marker = map.put(at); }
    }
    function open() {
      if (map || (folded && !folded.open)) { return; }
      box.textContent = '';
      map = window.stationMap(box, standing);
      map.onSpot(function (at) {
        latitude.value = at.lat.toFixed(6);
        longitude.value = at.lng.toFixed(6);
        show();
      });
      show();
    }
    latitude.addEventListener('change', function () { if (map) { show(); } });
    longitude.addEventListener('change', function () { if (map) { show(); } });
    if (folded) { folded.addEventListener('toggle', open); }
    open();
  });
})();
