"""A machine's clock that jumps (tests/support/clock.cpp), for whoever is started with its environment. What only counts
how much time has passed is left alone, as by a real jump."""

import pathlib
import shutil
import struct
import tempfile

from server import BINARY

LIBRARY = pathlib.Path(BINARY).resolve().parents[1] / "tests/libfoyer_clock.so"


class Clock:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="foyer-clock-"))
        self.folder.chmod(0o711)
        self.file = self.folder / "offset"
        self.file.write_bytes(struct.pack("q", 0))
        self.file.chmod(0o644)
        # Beside it, since user postgres, who has to load it, may not enter a checkout of root's.
        self.library = self.folder / LIBRARY.name
        shutil.copyfile(LIBRARY, self.library)
        self.library.chmod(0o644)
        self.offset = 0
        self.jumps_ahead = 0

    @property
    def environment(self):
        return {"LD_PRELOAD": str(self.library), "FOYER_CLOCK": str(self.file)}

    def set(self, seconds):
        """Off by so many seconds, at once."""
        self.jumps_ahead += seconds > self.offset
        self.offset = seconds
        with open(self.file, "r+b", buffering=0) as file:
            file.write(struct.pack("q", round(seconds)))

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
