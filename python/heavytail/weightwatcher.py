"""What notebooks reach as `weightwatcher.weightwatcher`: the watcher and the objects that it hands out."""

from heavytail import layer_objects
from heavytail.layer_objects import *  # noqa: F403  (one list of names for both)
from heavytail.watcher import WeightWatcher

__all__ = ["WeightWatcher"]
__all__ += layer_objects.__all__
