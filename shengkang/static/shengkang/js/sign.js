/* A field to sign in with a finger. What is drawn travels as a PNG in a hidden field; without this script a photo of the signed
   paper does the same. ES5: runs on old telephones. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-sign]');
  if (!form) { return; }
  var pad = form.querySelector('[data-sign-pad]');
  var canvas = form.querySelector('[data-sign-canvas]');
  var field = form.querySelector('[data-sign-drawn]');
  var photo = form.querySelector('input[type=file]');
  if (!canvas.getContext) { return; }
  var pen = canvas.getContext('2d');
  var drawn = false, down = false, x = 0, y = 0;

  function size() {
    // Twice the points of the screen, so that thin strokes stay readable on paper.
    canvas.width = canvas.clientWidth * 2;
    canvas.height = canvas.clientHeight * 2;
    pen.lineWidth = 7;
    pen.lineCap = 'round';
    pen.lineJoin = 'round';
    pen.strokeStyle = '#111';
    drawn = false;
  }
  function place(event) {
    var box = canvas.getBoundingClientRect();
    var at = event.touches ? event.touches[0] : event;
    return [(at.clientX - box.left) * 2, (at.clientY - box.top) * 2];
  }
  function begin(event) {
    var at = place(event);
    event.preventDefault();
    down = true;
    x = at[0];
    y = at[1];
    // A dot is a stroke too.
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x + 0.5, y + 0.5);
    pen.stroke();
    drawn = true;
  }
  function move(event) {
    var at;
    if (!down) { return; }
    event.preventDefault();
    at = place(event);
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(at[0], at[1]);
    pen.stroke();
    x = at[0];
    y = at[1];
  }
  function end() { down = false; }

  pad.hidden = false;
  size();
  canvas.addEventListener('touchstart', begin, false);
  canvas.addEventListener('touchmove', move, false);
  canvas.addEventListener('touchend', end, false);
  canvas.addEventListener('mousedown', begin, false);
  canvas.addEventListener('mousemove', move, false);
  window.addEventListener('mouseup', end, false);
  form.querySelector('[data-sign-clear]').addEventListener('click', size, false);
  // Before once.js looks at the form: the picture goes along with it. A photo that was chosen counts instead.
  form.querySelector('button[type=submit]').addEventListener('click', function () {
    field.value = drawn && !(photo && photo.value) ? canvas.toDataURL('image/png') : '';
  }, false);
})();
