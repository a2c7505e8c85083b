/* Reads a QR code with the browser's own BarcodeDetector, where there is one. Where there is none nothing is shown: the telephone's
   camera opens the printed address, and the field below takes the code by hand. Contract: templates/parts/qr_scan.html. ES5. */
(function () {
  'use strict';
  var places = document.querySelectorAll('[data-scan]'), i;
  if (!window.BarcodeDetector || !navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) { return; }

  function ours(text) {
    // Only an address of this very site is followed.
    var link = document.createElement('a');
    if (!/^https?:\/\//i.test(text)) { return null; }
    link.href = text;
    return link.protocol === location.protocol && link.host === location.host ? link.href : '';
  }

  function setUp(place) {
    var start = place.querySelector('[data-scan-start]');
    var video = place.querySelector('[data-scan-video]');
    var status = place.querySelector('[data-scan-status]');
    var target = document.getElementById(place.getAttribute('data-target'));
    var detector, stream, looking = false;

    function say(name) { status.textContent = place.getAttribute('data-' + name) || ''; }
    function stop() {
      var tracks, t;
      looking = false;
      if (stream) { tracks = stream.getTracks(); for (t = 0; t < tracks.length; t++) { tracks[t].stop(); } stream = null; }
      video.hidden = true;
      start.hidden = false;
    }
    function found(text) {
      var address = ours(text), form;
      if (address === '') { say('foreign'); return false; }
      stop();
      say('found');
      if (address) { location.href = address; return true; }
      if (target) {
        target.value = text;
        target.focus();
        form = target.form;
        if (form && place.hasAttribute('data-submit')) { if (form.requestSubmit) { form.requestSubmit(); } else { form.submit(); } }
      }
      return true;
    }
    function look() {
      if (!looking) { return; }
      detector.detect(video).then(function (codes) {
        if (codes.length && found(codes[0].rawValue)) { return; }
        setTimeout(look, 250);
      }, function () { setTimeout(look, 500); });
    }
    start.addEventListener('click', function () {
      navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false }).then(function (given) {
        stream = given;
        video.srcObject = given;
        video.hidden = false;
        start.hidden = true;
        looking = true;
        say('looking');
        return video.play();
      }).then(look, function () { stop(); say('refused'); });
    });
    window.addEventListener('pagehide', stop);
    detector = new window.BarcodeDetector({ formats: ['qr_code'] });
    place.hidden = false;
  }

  if (!window.BarcodeDetector.getSupportedFormats) { return; }
  window.BarcodeDetector.getSupportedFormats().then(function (formats) {
    if (formats.indexOf('qr_code') < 0) { return; }
    for (i = 0; i < places.length; i++) { setUp(places[i]); }
  }, function () {});
})();
