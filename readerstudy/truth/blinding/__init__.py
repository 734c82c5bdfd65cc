"""The blinding audit: does anything but the content tell real from synthetic images?"""
