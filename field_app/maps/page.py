"""The map page: made by folium, served from memory, fed with ids and coordinates only.

Folium does not escape what it is given, so no name, address or amount ever enters the page.
What its own script draws and tells is in `page_script.py`.
To be imported only when a map is wanted: folium brings numpy and pandas, a third of a start.
"""

import re
import secrets
from html import escape as html_escape
from typing import Any

import folium
import msgspec

from field_app.maps.pack import PackInfo
from field_app.maps.page_script import Marks
from field_app.maps.stops import SCHEME, MapColours

LEAFLET = f"{SCHEME}://asset/leaflet"
ASSETS = {
    "js": [("leaflet", f"{LEAFLET}/leaflet.js")],
    "css": [("leaflet_css", f"{LEAFLET}/leaflet.css")],
}
LAST_ZOOM = 18
EDGE = 0.25  # of the region's width and height that one may look beyond it


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
    marks = Marks()  # type: ignore[no-untyped-call]
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
.leaflet-container { background: %(land)s;
  font: 12px 'Microsoft YaHei UI', 'PingFang SC', 'Noto Sans CJK SC', sans-serif; }
.leaflet-bar a, .leaflet-bar a:hover, .leaflet-bar a.leaflet-disabled {
  background: %(surface)s !important; color: %(text)s !important; }
.leaflet-bar a.leaflet-disabled { opacity: .6; }
.leaflet-control-attribution { background: %(surface)s !important; color: %(text)s !important;
  font: inherit !important; }
.leaflet-marker-icon.stop { border-radius: 50%%; border: 2px solid %(on_mark)s;
  box-sizing: border-box; display: flex; align-items: center; justify-content: center;
  color: %(on_mark)s; font: 700 14px sans-serif; }
.stop.visit { background: %(visit)s; } .stop.blocked { background: %(blocked)s; }
.stop.done { background: %(done)s; } .stop.case { background: %(case)s; }
.stop.cluster { background: %(surface)s; color: %(text)s; border-color: %(case)s; }
.stop.chosen { outline: 4px solid %(line)s; z-index: 1000; }
.leaflet-marker-icon.stop.pin { background: %(on_mark)s; border: 9px solid %(blocked)s;
  cursor: move; }
.leaflet-zoom-anim .leaflet-marker-icon.stop { transition: .25s cubic-bezier(0,0,0.25,1);
  transition-property: transform, left, top; }
.leaflet-container.pinning { cursor: crosshair; }
path.route { stroke: %(line)s; stroke-opacity: .75; fill: none; }
path.straight { stroke-dasharray: 4 10; }
</style>"""
