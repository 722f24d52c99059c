"""mock-bank, as its own command runs it."""

import sys

from mockbank.__main__ import main

sys.exit(main())
