"""The map page's own script: draws stops, clusters and lines out of arrays, and tells what is done.

It is given ids, coordinates, numbers and states, never words. What a person does comes back as
navigations that the page's owner refuses and reads: `fieldmap://click/ID`, `fieldmap://pin/LAT/LON`
and `fieldmap://painted/N` when N points are on the screen.
"""

from branca.element import MacroElement
from jinja2 import Template

from field_app.maps.grid import MANY, NEAR_PX, WIDE_PX

SCRIPT = """
{% macro script(this, kwargs) %}
{{ this._parent.get_name() }}.attributionControl.setPrefix('');
(function (map) {
  // A mark with a transform of its own would be a layer of its own, put together at each frame.
  var Mark = L.Marker.extend({
    options: {keyboard: false},
    _setPos: function (at) {
      this._icon.style.left = at.x + 'px';
      this._icon.style.top = at.y + 'px';
      this._zIndex = at.y + this.options.zIndexOffset;
      this._resetZIndex();
    }
  });
  // Lines are drawn half a view beyond the edges, and anew only when the view leaves that.
  var Lines = L.SVG.extend({
    options: {padding: 0.5},
    _update: function () {
      var size = map.getSize(), corner = map.containerPointToLayerPoint([0, 0]);
      var seen = [map.getZoom(), map.getPixelOrigin(), size].join();
      var inside = this._bounds && this._bounds.contains(L.bounds(corner, corner.add(size)));
      if (this._bounds && map._animatingZoom || inside && this._seen === seen) { return; }
      this._seen = seen;
      L.SVG.prototype._update.call(this);
    }
  });
  var marks = L.layerGroup().addTo(map), lines = L.layerGroup().addTo(map);
  var drawing = new Lines();
  var stops = [], chosen = '', pin = null, grouped = {}, drawn = null;
  var whole = null;  // what stays in sight while the view grows, until a person moves it
  function tell(what) { location.href = 'fieldmap://' + what; }
  function fitWhole() {
    if (whole) {
      map.fitBounds(whole, {padding: [44, 44], maxZoom: 15, animate: false});
    }
  }
  map.on('resize', fitWhole);
  L.DomEvent.on(map.getContainer(), 'mousedown wheel keydown touchstart', function () {
    whole = null;
  });
  function icon(name, text, size) {
    var node = document.createElement('span');
    node.textContent = text;
    return L.divIcon({className: 'stop ' + name, html: node, iconSize: [size, size]});
  }
  function groups(zoom) {  // as maps/grid.py groups them
    if (grouped[zoom]) { return grouped[zoom]; }
    var near = stops.length > %(many)d ? %(wide)d : %(near)d, found = [], seeds = {};
    stops.forEach(function (stop, at) {
      var p = map.project([stop.lat, stop.lon], zoom), group = null;
      var column = Math.floor(p.x / near), row = Math.floor(p.y / near);
      for (var c = column - 1; c <= column + 1 && !group; c++) {
        for (var r = row - 1; r <= row + 1 && !group; r++) {
          (seeds[c + ':' + r] || []).forEach(function (one) {
            if (!group && one.seed.distanceTo(p) < near) { group = one; }
          });
        }
      }
      if (!group) {
        group = {seed: p, of: []};
        found.push(group);
        (seeds[column + ':' + row] = seeds[column + ':' + row] || []).push(group);
      }
      group.of.push(stop);
    });
    return (grouped[zoom] = found);
  }
  function drawOne(stop) {
    var name = stop.look + (stop.id === chosen ? ' chosen' : '');
    var sign = icon(name, stop.number ? String(stop.number) : '', stop.number ? 30 : 16);
    var mark = new Mark([stop.lat, stop.lon], {icon: sign});
    mark.on('click', function () { tell('click/' + stop.id); });
    mark.addTo(marks);
  }
  function drawGroup(group, zoom) {
    var here = group.of.some(function (s) { return s.id === chosen; });
    var sign = icon('cluster' + (here ? ' chosen' : ''), String(group.of.length), 34);
    var mark = new Mark(map.unproject(group.seed, zoom), {icon: sign});
    mark.on('click', function () {
      if (zoom < map.getMaxZoom()) {
        map.setView(mark.getLatLng(), Math.min(zoom + 2, map.getMaxZoom()), {animate: false});
        return;
      }
      var now = group.of.findIndex(function (s) { return s.id === chosen; });
      tell('click/' + group.of[(now + 1) %% group.of.length].id);
    });
    mark.addTo(marks);
  }
  function draw() {
    var zoom = map.getZoom();
    drawn = {zoom: zoom, box: map.getBounds().pad(0.5)};
    marks.clearLayers();
    groups(zoom).forEach(function (group) {
      if (!drawn.box.contains(map.unproject(group.seed, zoom))) { return; }
      if (group.of.length === 1) { drawOne(group.of[0]); } else { drawGroup(group, zoom); }
    });
  }
  map.on('moveend', function () {
    if (!drawn || drawn.zoom !== map.getZoom() || !drawn.box.contains(map.getBounds())) { draw(); }
  });
  window.showStops = function (given, ways, fit) {
    stops = given; grouped = {}; lines.clearLayers();
    ways.forEach(function (way) {
      var name = way.roads ? 'route' : 'route straight';
      var shown = {className: name, weight: 5, interactive: false, renderer: drawing};
      L.polyline(way.points, shown).addTo(lines);
    });
    map.invalidateSize({animate: false});
    if (fit && stops.length) {
      whole = L.latLngBounds(stops.map(function (s) { return [s.lat, s.lon]; }));
      fitWhole();
    }
    draw();
    requestAnimationFrame(function () {
      requestAnimationFrame(function () { tell('painted/' + stops.length); });
    });
    return stops.length;
  };
  window.chooseStop = function (id) {
    chosen = id;
    var found = stops.find(function (s) { return s.id === id; });
    if (found && !map.getBounds().pad(-0.1).contains([found.lat, found.lon])) {
      whole = null;
      map.panTo([found.lat, found.lon], {animate: false});
    }
    draw();
  };
  window.lookAt = function (lat, lon, zoom) {
    whole = null;
    map.setView([lat, lon], Math.max(zoom, map.getZoom()), {animate: false});
  };
  window.zoomBy = function (steps) {
    whole = null;
    map.setZoom(map.getZoom() + steps, {animate: false});
  };
  window.panBy = function (across, down) {
    whole = null;
    map.panBy([across, down], {animate: false});
  };
  function placed() {
    var at = pin.getLatLng();
    tell('pin/' + at.lat.toFixed(7) + '/' + at.lng.toFixed(7));
  }
  window.setPin = function (lat, lon) {
    if (!pin) {
      pin = L.marker([lat, lon], {icon: icon('pin', '', 26), draggable: true, keyboard: false});
      pin.setZIndexOffset(2000);
      pin.on('dragend', placed);
      pin.addTo(map);
    }
    pin.setLatLng([lat, lon]);
    if (!map.getBounds().pad(-0.1).contains([lat, lon])) {
      whole = null;
      map.panTo([lat, lon], {animate: false});
    }
  };
  window.dropPin = function () {
    if (pin) { pin.remove(); pin = null; }
    map.getContainer().classList.remove('pinning');
  };
  window.takePin = function () { map.getContainer().classList.add('pinning'); };
  map.on('click', function (event) {
    if (map.getContainer().classList.contains('pinning')) {
      window.setPin(event.latlng.lat, event.latlng.lng);
      placed();
    }
  });
})({{ this._parent.get_name() }});
{% endmacro %}
"""


class Marks(MacroElement):
    """The script as folium's page takes it."""

    _name = "Marks"
    _template = Template(
        SCRIPT.replace("{% ", "{%% ").replace(" %}", " %%}")
        % {"many": MANY, "wide": WIDE_PX, "near": NEAR_PX}
    )
