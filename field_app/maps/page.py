"""The map page: made by folium, served from memory, fed with ids and coordinates only.

Folium does not escape what it is given, so no name, address or amount ever enters the page.
Clicks come back as navigations to `fieldmap://click/ID`, which the page's owner refuses and reads.
To be imported only when a map is wanted: folium brings numpy and pandas, a third of a start.
"""

import re
import secrets
from html import escape as html_escape
from typing import Any

import folium
import msgspec
from branca.element import MacroElement
from jinja2 import Template

from field_app.maps.pack import PackInfo
from field_app.maps.stops import SCHEME, MapColours

LEAFLET = f"{SCHEME}://asset/leaflet"
ASSETS = {
    "js": [("leaflet", f"{LEAFLET}/leaflet.js")],
    "css": [("leaflet_css", f"{LEAFLET}/leaflet.css")],
}
LAST_ZOOM = 18
EDGE = 0.25  # of the region's width and height that one may look beyond it


class _Marks(MacroElement):
    """The page's own script: draws stops and lines from arrays, reports clicks."""

    _name = "Marks"
    _template = Template(
        """
        {% macro script(this, kwargs) %}
        {{ this._parent.get_name() }}.attributionControl.setPrefix('');
        (function (map) {
          var marks = L.layerGroup().addTo(map), lines = L.layerGroup().addTo(map), byId = {};
          var whole = null;  // what stays in sight while the view grows, until a person moves it
          function fitWhole() {
            if (whole) {
              map.fitBounds(whole, {padding: [44, 44], maxZoom: 15, animate: false});
            }
          }
          map.on('resize', fitWhole);
          L.DomEvent.on(map.getContainer(), 'mousedown wheel keydown touchstart', function () {
            whole = null;
          });
          function icon(stop, chosen) {
            var size = stop.number ? 30 : 16;
            var text = stop.number ? String(stop.number) : '';
            var name = 'stop ' + stop.look + (chosen ? ' chosen' : '');
            var node = document.createElement('span');
            node.textContent = text;
            return L.divIcon({className: name, html: node, iconSize: [size, size]});
          }
          window.showStops = function (stops, line, fit) {
            marks.clearLayers(); lines.clearLayers(); byId = {};
            if (line.length > 1) {
              L.polyline(line, {className: 'route', weight: 5, interactive: false}).addTo(lines);
            }
            stops.forEach(function (stop) {
              var mark = L.marker([stop.lat, stop.lon], {icon: icon(stop, false), keyboard: true});
              mark.on('click', function () { location.href = 'fieldmap://click/' + stop.id; });
              mark.addTo(marks); byId[stop.id] = [mark, stop];
            });
            map.invalidateSize({animate: false});
            if (fit && stops.length) {
              whole = L.latLngBounds(stops.map(function (s) { return [s.lat, s.lon]; }));
              fitWhole();
            }
            return stops.length;
          };
          window.chooseStop = function (id) {
            Object.keys(byId).forEach(function (key) {
              byId[key][0].setIcon(icon(byId[key][1], key === id));
            });
            if (byId[id]) { map.panTo(byId[id][0].getLatLng(), {animate: false}); }
          };
        })({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )


def map_page(info: PackInfo, colours: MapColours) -> str:
    """Return the page's HTML; everything it loads comes from its own scheme."""
    folium.Map.default_js = list(ASSETS["js"])
    folium.Map.default_css = list(ASSETS["css"])
    west, south, east, north = _with_margin(info.bounds)
    page = folium.Map(
        location=list(info.middle),
        zoom_start=info.first_zoom + 2,
        tiles=None,
        min_zoom=info.first_zoom,
        max_zoom=LAST_ZOOM,
        max_bounds=True,
        min_lat=south,
        max_lat=north,
        min_lon=west,
        max_lon=east,
        font_size="1rem",
    )
    page.options["maxZoom"] = LAST_ZOOM
    folium.TileLayer(
        tiles=f"{SCHEME}://tile/{{z}}/{{x}}/{{y}}.png",
        attr=_plain_text(info.attribution),
        min_zoom=info.first_zoom,
        max_zoom=LAST_ZOOM,
        control=False,
    ).add_to(page)
    marks: MacroElement = _Marks()  # type: ignore[no-untyped-call]
    marks.add_to(page)
    html = page.get_root().render()
    return _locked_down(html, colours)


def _with_margin(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Return bounds a little wider, so that a point at the region's edge can be seen whole."""
    west, south, east, north = bounds
    across, up = (east - west) * EDGE, (north - south) * EDGE
    return west - across, south - up, east + across, north + up


def _plain_text(text: str) -> str:
    """Return a pack's own words harmless: the attribution is put into the page as HTML."""
    return html_escape(re.sub(r"[`${}\\\\]", "", text))


def _locked_down(html: str, colours: MapColours) -> str:
    """Give every script the page's nonce and let nothing else run or load."""
    nonce = secrets.token_urlsafe(16)
    html = re.sub(r"<script\b", f'<script nonce="{nonce}"', html)
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline' {SCHEME}:; "
        f"img-src {SCHEME}: data:; base-uri 'none'; form-action 'none'"
    )
    head = f'<head><meta http-equiv="Content-Security-Policy" content="{policy}">{_style(colours)}'
    return html.replace("<head>", head, 1)


def _style(colours: MapColours) -> str:
    told: dict[str, Any] = msgspec.structs.asdict(colours)
    return STYLE % told


STYLE = """<style>
.leaflet-container { background: %(land)s; font: 12px 'Noto Sans CJK SC', sans-serif; }
.leaflet-bar a, .leaflet-bar a:hover, .leaflet-bar a.leaflet-disabled {
  background: %(surface)s !important; color: %(text)s !important; }
.leaflet-bar a.leaflet-disabled { opacity: .6; }
.leaflet-control-attribution { background: %(surface)s !important; color: %(text)s !important;
  font: 12px 'Noto Sans CJK SC', sans-serif !important; }
.leaflet-marker-icon.stop { border-radius: 50%%; border: 2px solid %(on_mark)s;
  box-sizing: border-box; display: flex; align-items: center; justify-content: center;
  color: %(on_mark)s; font: 700 14px sans-serif; box-shadow: 0 1px 3px rgba(0,0,0,.45); }
.stop.visit, .stop.start { background: %(visit)s; } .stop.blocked { background: %(blocked)s; }
.stop.start { border-radius: 4px; }
.stop.case { background: %(case)s; } .stop.chosen { outline: 4px solid %(line)s; z-index: 1000; }
path.route { stroke: %(line)s; stroke-opacity: .75; fill: none; }
</style>"""
