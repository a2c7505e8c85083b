/* Draws each <figure class="chart"> from the JSON beside it; the table next to it is the same data in figures and is there without us.
   Contract: templates/parts/chart.html. Tooltips are drawn on the canvas (richText): as HTML they would carry inline styles, which the
   content security policy refuses. ES5. */
(function () {
  'use strict';
  if (!window.echarts) { return; }
  var figures = document.querySelectorAll('figure.chart[data-source]');
  var drawn = [];
  var calm = window.matchMedia && window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  var style = window.getComputedStyle(document.documentElement);

  function token(name, other) { return (style.getPropertyValue(name) || '').trim() || other; }
  var COLOURS = [token('--chart-1', '#1d4f91'), token('--chart-2', '#a97b22'), token('--chart-3', '#4f8a6a'), token('--chart-4', '#a8503e'), token('--chart-5', '#7b8fb0'), token('--chart-6', '#6b6557')];
  var INK = token('--ink', '#22242a'), SOFT = token('--ink-soft', '#565760'), LINE = token('--line', '#dfd9cd'), CARD = token('--card', '#ffffff');
  var FONT = token('--font', 'sans-serif');
  var SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect'];

  function number(value, places) {
    var text, parts;
    if (value === null || value === undefined || value === '' || isNaN(value)) { return '—'; }
    text = String(Math.round(Number(value) * Math.pow(10, places)) / Math.pow(10, places));
    parts = text.split('.');
    parts[0] = parts[0].replace(/\B(?=(\d{3})+(?!\d))/g, ',');
    return parts.join('.');
  }
  // On an axis large numbers are read in 万 (ten thousands).
  function axisNumber(value) { return Math.abs(value) >= 10000 ? number(value / 10000, 1) + '万' : number(value, 1); }
  function withUnit(data, value) {
    if (data.format === 'percent') { return number(value, 1) + (value === null ? '' : '%'); }
    return number(value, 1) + (data.unit ? ' ' + data.unit : '');
  }
  function column(data, index) {
    var out = [], i, value;
    for (i = 0; i < data.rows.length; i++) {
      value = data.rows[i].values[index];
      out.push(value === null || value === undefined ? null : Number(value));
    }
    return out;
  }
  function labels(data) { var out = [], i; for (i = 0; i < data.rows.length; i++) { out.push(String(data.rows[i].label)); } return out; }

  function least(data) {
    var low = 100, i, j, value;
    for (i = 0; i < data.rows.length; i++) {
      for (j = 0; j < data.rows[i].values.length; j++) {
        value = data.rows[i].values[j];
        if (value !== null && value !== undefined) { low = Math.min(low, Number(value)); }
      }
    }
    return low;
  }

  function common(data, narrow) {
    return {
      animation: !calm,
      animationDuration: 300,
      color: COLOURS,
      textStyle: { fontFamily: FONT, color: INK, fontSize: narrow ? 13 : 14 },
      aria: { enabled: false },
      tooltip: { renderMode: 'richText', confine: true, backgroundColor: CARD, borderColor: LINE, borderWidth: 1, padding: [8, 12], textStyle: { color: INK, fontFamily: FONT, fontSize: 14, lineHeight: 22 } },
      legend: { show: data.kind === 'donut' || data.series.length > 1, bottom: 0, left: 'center', itemWidth: 14, itemHeight: 10, itemGap: 16, textStyle: { color: INK, fontSize: narrow ? 13 : 14, fontFamily: FONT } }
    };
  }

  function cartesian(data, narrow, width) {
    var option = common(data, narrow), kind = data.kind, names = labels(data), longest = 0, lowest, i;
    for (i = 0; i < names.length; i++) { longest = Math.max(longest, names[i].length); }
    // Long Chinese names stand better as lines down the side.
    var lying = kind !== 'line' && names.length * (longest * 13 + 10) > width - 60;
    var cut = narrow ? 6 : 12;
    var places = { type: 'category', data: names, axisTick: { show: false }, axisLine: { lineStyle: { color: LINE } }, inverse: lying,
      axisLabel: { color: SOFT, fontSize: narrow ? 12 : 13, hideOverlap: !lying, interval: lying ? 0 : 'auto',
        formatter: function (text) { return lying && text.length > cut ? text.slice(0, cut - 1) + '…' : text; } } };
    var values = { type: 'value', minInterval: data.format === 'percent' ? 0 : 1, splitNumber: lying && narrow ? 3 : 4, max: data.format === 'percent' ? 100 : null,
      axisLabel: { color: SOFT, fontSize: narrow ? 12 : 13, formatter: function (value) { return data.format === 'percent' ? number(value, 1) + '%' : axisNumber(value); } },
      splitLine: { lineStyle: { color: LINE, width: 1 } } };
    // Rates live near the top: the axis begins at 80 or 50 where all values allow it, never so close that a tenth looks like a fall.
    if (data.format === 'percent' && kind === 'line') { lowest = least(data); values.min = lowest >= 82 ? 80 : (lowest >= 52 ? 50 : 0); }
    option.grid = { left: 4, right: narrow ? 14 : 20, top: 20, bottom: data.series.length > 1 ? 40 : 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' };
    option.xAxis = lying ? values : places;
    option.yAxis = lying ? places : values;
    option.tooltip.trigger = 'axis';
    option.tooltip.axisPointer = { type: kind === 'line' ? 'line' : 'shadow', lineStyle: { color: SOFT, type: 'dashed' } };
    option.tooltip.formatter = function (points) {
      var lines = [names[points[0].dataIndex]], p;
      for (p = 0; p < points.length; p++) { lines.push(points[p].seriesName + '  ' + withUnit(data, points[p].value === undefined ? null : points[p].value)); }
      return lines.join('\n');
    };
    option.series = [];
    for (i = 0; i < data.series.length; i++) {
      option.series.push(kind === 'line' ? {
        type: 'line', name: data.series[i].name, data: column(data, i), symbol: SYMBOLS[i % SYMBOLS.length], symbolSize: 8, showAllSymbol: names.length <= 14,
        lineStyle: { width: 2.5, type: i === 0 ? 'solid' : (i === 1 ? 'dashed' : 'dotted') }, connectNulls: false, emphasis: { disabled: true }
      } : {
        type: 'bar', name: data.series[i].name, data: column(data, i), stack: kind === 'stacked' ? 'all' : null, barMaxWidth: 28, barGap: '10%',
        itemStyle: { borderColor: CARD, borderWidth: kind === 'stacked' ? 1 : 0, borderRadius: kind === 'stacked' ? 0 : (lying ? [0, 3, 3, 0] : [3, 3, 0, 0]) },
        label: { show: kind === 'bar' && data.series.length === 1 && names.length <= (narrow && !lying ? 8 : 14), position: lying ? 'right' : 'top', color: INK, fontSize: 12,
          formatter: function (point) { return data.format === 'percent' ? number(point.value, 1) + '%' : number(point.value, 1); } },
        emphasis: { disabled: true }
      });
    }
    return option;
  }

  function donut(data, narrow) {
    var option = common(data, narrow), parts = [], sum = 0, i, value;
    for (i = 0; i < data.rows.length; i++) {
      value = Number(data.rows[i].values[0]) || 0;
      sum += value;
      parts.push({ name: String(data.rows[i].label), value: value });
    }
    function share(part) { return sum ? number(part / sum * 100, 1) + '%' : '—'; }
    option.legend.type = 'scroll';
    option.tooltip.trigger = 'item';
    option.tooltip.formatter = function (point) { return point.name + '\n' + withUnit(data, point.value) + '  ' + share(point.value); };
    option.title = { text: number(sum, 1), subtext: data.unit || '', left: 'center', top: 'middle', itemGap: 2, textStyle: { color: INK, fontSize: 24, fontWeight: 600, fontFamily: FONT }, subtextStyle: { color: SOFT, fontSize: 13, fontFamily: FONT } };
    option.series = [{
      type: 'pie', radius: narrow ? ['42%', '60%'] : ['46%', '68%'], center: ['50%', '50%'], data: parts, minAngle: 3,
      itemStyle: { borderColor: CARD, borderWidth: 2 }, emphasis: { scale: false },
      label: { color: INK, fontSize: narrow ? 12 : 13, fontFamily: FONT, formatter: function (point) { return point.name + '\n' + share(point.value); }, lineHeight: 17, minMargin: 4, edgeDistance: 2 },
      labelLine: { length: narrow ? 6 : 12, length2: narrow ? 6 : 10, lineStyle: { color: SOFT } }
    }];
    option.legend.show = false;
    return option;
  }

  function draw(item) {
    var width = item.box.clientWidth, narrow = width < 480;
    if (!width) { return; }
    if (!item.chart) {
      item.chart = window.echarts.init(item.box, null, { renderer: 'canvas' });
      item.chart.on('click', function (point) {
        var row = item.data.rows[point.dataIndex];
        if (row && row.url) { location.href = row.url; }
      });
    } else { item.chart.resize(); }
    item.chart.setOption(item.data.kind === 'donut' ? donut(item.data, narrow) : cartesian(item.data, narrow, width), true);
  }

  function start(figure) {
    var source = document.getElementById(figure.getAttribute('data-source')), data, box, rows;
    try { data = JSON.parse(source.textContent); } catch (error) { return; } // the table stays
    data.kind = figure.getAttribute('data-kind');
    if (!data.rows || !data.rows.length) { return; }
    box = document.createElement('div');
    box.className = 'chart-canvas';
    box.setAttribute('role', 'img');
    box.setAttribute('aria-label', data.title || '');
    rows = data.rows.length;
    if (data.kind !== 'line' && data.kind !== 'donut' && rows > 9) { box.className += rows > 16 ? ' chart-tallest' : ' chart-tall'; }
    else if (rows > 8) { box.className += ' chart-beside'; }
    figure.insertBefore(box, source);
    drawn.push({ box: box, data: data, chart: null });
  }

  var i, waiting = null;
  for (i = 0; i < figures.length; i++) { start(figures[i]); }
  function drawAll() { var d; waiting = null; for (d = 0; d < drawn.length; d++) { draw(drawn[d]); } }
  drawAll();
  window.addEventListener('resize', function () { if (waiting) { clearTimeout(waiting); } waiting = setTimeout(drawAll, 150); });
  window.addEventListener('beforeprint', drawAll);
})();
