"""Does anything but the content of the images tell real from synthetic?"""
