"""The geometry of the pictures: numbers and path strings; the templates put them into SVG.

Every picture is as wide as the page gives it room. What is drawn lies on ``WIDE`` units that are stretched sideways, and
words and marks that must not be stretched are placed by percents of the width; heights are CSS pixels. Names stand beside
a picture, as lines of the page, in rows as high as the picture's. Shapes, not colours alone, tell things apart.
"""

from podaudit.report.pictures.circle import Ring, ring
from podaudit.report.pictures.matrix import OWN, SILENT, Matrix, matrix
from podaudit.report.pictures.parts import WIDE, Mark, Tick
from podaudit.report.pictures.strips import Bar, Delay, Give, Heat, Rows, Strip, delays, gives, heat, strips, weeks
from podaudit.report.pictures.timeline import Event, Timeline, timeline

__all__ = [
    "OWN", "SILENT", "WIDE", "Bar", "Delay", "Event", "Give", "Heat", "Mark", "Matrix", "Ring", "Rows", "Strip", "Tick",
    "Timeline", "delays", "gives", "heat", "matrix", "ring", "strips", "timeline", "weeks",
]  # fmt: skip
