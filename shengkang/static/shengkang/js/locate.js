/* The place goes along if the telephone may already tell it; where it has to be asked for, a button asks. Never needed, never waited for.
   Fills the two hidden fields named by data-latitude and data-longitude; data-found says so, data-ask is the button's word. ES5. */
(function () {
  'use strict';
  var place = document.querySelector('[data-locate]');
  if (!place || !navigator.geolocation) { return; }
  function found(position) {
    document.getElementById(place.getAttribute('data-latitude')).value = position.coords.latitude.toFixed(6);
    document.getElementById(place.getAttribute('data-longitude')).value = position.coords.longitude.toFixed(6);
    place.textContent = place.getAttribute('data-found');
    place.hidden = false;
  }
  function ask() {
    navigator.geolocation.getCurrentPosition(found, function () {}, { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 });
  }
  function offer() {
    var button;
    if (!place.getAttribute('data-ask')) { return; }
    button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-quiet btn-wide';
    button.textContent = place.getAttribute('data-ask');
    button.addEventListener('click', ask);
    place.appendChild(button);
    place.hidden = false;
  }
  if (!navigator.permissions || !navigator.permissions.query) { offer(); return; }
  navigator.permissions.query({ name: 'geolocation' }).then(function (permission) {
    if (permission.state === 'granted') { ask(); } else if (permission.state === 'prompt') { offer(); }
  }, offer);
})();
