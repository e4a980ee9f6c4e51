from config.formats.ur.formats import *  # noqa: F403  # written from right to left in the same letters
