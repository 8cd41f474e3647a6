"""Annotation formats: one module per format, and all of them read into the items of ``region``.

A pixel belongs to a shape when its centre lies inside, in every format; see ``raster``.
"""
