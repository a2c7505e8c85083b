/* A map without tiles, drawn with Leaflet (vendor/leaflet): outline, villages, posts, alarm points, people, alarms.
   window.stationMap(box, standing) gives {move(layers), show(id), onAlarm(callback), onSpot(callback), put(at), drop(marker)}; pages with <div data-map="id of the data"> get one at once.
   Standing and moving data: posts/views/board.py. Leaflet styles by the CSSOM, which the content security policy allows. */
(function () {
  'use strict';
  var L = window.L;

  function text(words) { var box = document.createElement('span'); box.textContent = words; return box.innerHTML; }
  function pin(kind, name) {
    return L.divIcon({ className: 'pin-frame', iconSize: [24, 24], html: '<span class="pin pin-' + kind + '"></span>' + (name ? '<span class="pin-name">' + text(name) + '</span>' : '') });
  }
  function words(each) { return '<b>' + text(each.title) + '</b>' + text(each.state || ''); }
  function calm() { return window.matchMedia && window.matchMedia('(prefers-reduced-motion: reduce)').matches; }

  window.stationMap = function (box, standing) {
    var whole, touched = false, alarms = {}, people = {}, pressed = null, i, each;
    var map = L.map(box, { zoomControl: false, attributionControl: false, minZoom: 9, maxZoom: 18, zoomSnap: 0.25, wheelPxPerZoomLevel: 120,
      fadeAnimation: !calm(), zoomAnimation: !calm(), markerZoomAnimation: !calm() });
    var under = map.createPane('under');
    under.style.zIndex = 350;
    L.control.zoom({ position: 'topright', zoomInTitle: box.getAttribute('data-zoom-in'), zoomOutTitle: box.getAttribute('data-zoom-out') }).addTo(map);
    L.control.attribution({ prefix: 'Leaflet' }).addAttribution(text(box.getAttribute('data-source') || '')).addTo(map);
    L.control.scale({ imperial: false, position: 'bottomright' }).addTo(map);

    function spots() {
      var all = [];
      ['posts', 'points', 'villages', 'alarms'].forEach(function (layer) { (standing[layer] || []).forEach(function (one) { all.push(one.at); }); });
      return all;
    }
    function fit() {
      if (standing.centre) { map.setView(standing.centre, 15, { animate: false }); return; }
      if (whole) { map.fitBounds(whole, { padding: [24, 24], maxZoom: 15, animate: false }); }
      else { map.setView([32.11, 111.56], 11, { animate: false }); } // the town, before anything is known of it
    }
    whole = spots().length ? L.latLngBounds(spots()) : null;
    fit();

    var back = L.control({ position: 'topright' });
    back.onAdd = function () {
      var bar = L.DomUtil.create('div', 'leaflet-bar'), link = L.DomUtil.create('a', 'map-whole', bar);
      link.href = '#';
      link.title = box.getAttribute('data-whole') || '';
      link.setAttribute('role', 'button');
      link.setAttribute('aria-label', link.title);
      link.textContent = '⌂';
      L.DomEvent.on(link, 'click', function (event) { L.DomEvent.stop(event); touched = false; fit(); });
      return bar;
    };
    back.addTo(map);

    function size() { box.classList.toggle('map-far', map.getZoom() < 12); }
    map.on('zoomend', size);
    map.on('dragstart', function () { touched = true; });
    size();

    if (box.getAttribute('data-outline')) {
      fetch(box.getAttribute('data-outline')).then(function (got) { return got.json(); }).then(function (outline) {
        L.geoJSON(outline, { pane: 'under', interactive: false, style: { className: 'map-county', fillOpacity: 1, color: null, fillColor: null, weight: 2 } }).addTo(map);
      }, function () { box.classList.add('map-without-outline'); });
    }
    /* A net of one or five kilometres under everything: without tiles it is what the eye measures with. */
    var net = L.layerGroup().addTo(map), drawn = '';
    function grid() {
      var far = map.getZoom() < 11.5, step = (far ? 5 : 1) / 111.32, seen = map.getBounds().pad(0.3), wide, line, first, last, mark;
      if (map.getZoom() < 9.5) { net.clearLayers(); drawn = ''; return; }
      wide = step / Math.cos(32.1 * Math.PI / 180);
      first = [Math.floor(seen.getSouth() / step), Math.floor(seen.getWest() / wide)];
      last = [Math.ceil(seen.getNorth() / step), Math.ceil(seen.getEast() / wide)];
      mark = [far].concat(first, last).join();
      if (mark === drawn) { return; }
      drawn = mark;
      net.clearLayers();
      function draw(from, to) { L.polyline([from, to], { pane: 'net', className: 'map-grid', interactive: false, color: null, weight: 1 }).addTo(net); }
      for (line = first[0]; line <= last[0]; line++) { draw([line * step, seen.getWest()], [line * step, seen.getEast()]); }
      for (line = first[1]; line <= last[1]; line++) { draw([seen.getSouth(), line * wide], [seen.getNorth(), line * wide]); }
    }
    map.createPane('net').style.zIndex = 360;
    map.on('moveend', grid);
    grid();

    (standing.villages || []).forEach(function (one) {
      if (one.radius) { L.circle(one.at, { radius: one.radius, pane: 'net', className: 'map-doors', interactive: false, color: null, fillColor: null, weight: 0 }).addTo(map); }
      L.marker(one.at, { interactive: false, keyboard: false, icon: L.divIcon({ className: 'map-village', iconSize: [0, 0], html: '<span>' + text(one.title) + '</span>' }) }).addTo(map);
    });
    for (i = 0; i < (standing.posts || []).length; i++) {
      each = standing.posts[i];
      L.circle(each.at, { radius: each.radius, className: 'map-ground', interactive: false }).addTo(map);
      L.marker(each.at, { icon: pin('post'), keyboard: false, alt: each.title }).bindTooltip(words(each), { direction: 'top', offset: [0, -8] }).addTo(map);
    }
    (standing.points || []).forEach(function (one) {
      L.marker(one.at, { icon: pin('point'), keyboard: false, alt: one.title }).bindTooltip(words(one), { direction: 'top', offset: [0, -8] }).addTo(map);
    });

    /* Brings the markers of one layer to what the server says; a marker that stays keeps its node, so its waves go on. */
    function bring(markers, wanted, make) {
      var keep = {};
      wanted.forEach(function (one) {
        var kind = make.kind(one), marker = markers[one.id];
        keep[one.id] = true;
        if (marker && marker.kind !== kind) { map.removeLayer(marker); marker = null; }
        if (!marker) {
          marker = L.marker(one.at, { icon: pin(kind, make.name(one)), zIndexOffset: make.above, keyboard: make.above > 500, alt: one.title, title: '' }).bindTooltip(words(one), { direction: 'top', offset: [0, -12] }).addTo(map);
          marker.kind = kind;
          markers[one.id] = marker;
          marker.on('click', function () { if (make.above > 500 && pressed) { pressed(one.id); } });
        } else {
          marker.setLatLng(one.at).setTooltipContent(words(one));
        }
      });
      Object.keys(markers).forEach(function (id) { if (!keep[id]) { map.removeLayer(markers[id]); delete markers[id]; } });
    }
    return {
      move: function (moving) {
        bring(people, moving.people || [], { kind: function () { return 'person'; }, name: function (one) { return one.title; }, above: 100 });
        bring(alarms, moving.alarms || [], { kind: function (one) { return one.waiting ? 'waiting' : 'alarm'; }, name: function () { return ''; }, above: 1000 });
        // A new alarm outside the view is brought into it, unless somebody has just moved the map himself.
        (moving.alarms || []).forEach(function (one) {
          if (one.waiting && !touched && !map.getBounds().contains(one.at)) { map.fitBounds(map.getBounds().extend(one.at), { animate: false }); }
        });
      },
      show: function (id) {
        if (!alarms[id]) { return; }
        map.setView(alarms[id].getLatLng(), Math.max(map.getZoom(), 15), { animate: !calm() });
        alarms[id].openTooltip();
      },
      onAlarm: function (callback) { pressed = callback; },
      onSpot: function (callback) { map.on('click', function (event) { callback(event.latlng); }); },
      put: function (at) { return L.marker(at, { icon: pin('point'), keyboard: false }).addTo(map); },
      drop: function (marker) { map.removeLayer(marker); },
      resize: function () { map.invalidateSize(); }
    };
  };

  /* One spot on a desk page: the data stand beside it. */
  Array.prototype.forEach.call(document.querySelectorAll('[data-map]'), function (box) {
    var data = JSON.parse(document.getElementById(box.getAttribute('data-map')).textContent);
    window.stationMap(box, data).move(data);
  });
})();
