"""What stands in an open screen survives the end of the program, however it comes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

from app.services.drafts import Drafts
from tests.desks import Clock, make_clinic

ROOT = Path(__file__).resolve().parents[3]
WRITE_AND_WAIT = """
import sys
from pathlib import Path
from app.desk import Actor, Desk, Place
from app.services.drafts import Drafts
from db.engine import Sessions, open_engine
folder, user_id = Path(sys.argv[1]), sys.argv[2]
place = Place("", "clinic", "", "", None, "", "")
sessions = Sessions(open_engine(folder / "cunyi.db", bytes(range(32))))
Drafts(Desk(folder, sessions, place, Actor(user_id, "", ""))).save("follow_up", "r1", {"sbp": "158"})
print("saved", flush=True)
sys.stdin.read()
"""


def test_a_draft_comes_back_as_typed(clinic_desk):
    drafts = Drafts(clinic_desk)
    drafts.save("follow_up", "r1", {"sbp": "15", "symptoms": [2], "visit_date": date(2026, 11, 22)})
    drafts.save("follow_up", "r1", {"sbp": "158", "weight": Decimal("63.5")})
    assert drafts.get("follow_up", "r1").payload == {"sbp": "158", "weight": "63.5"}
    assert drafts.get("registration", "r1") is None


def test_the_latest_draft_is_the_one_written_last(clinic_desk, clock):
    drafts = Drafts(clinic_desk)
    assert drafts.latest() is None
    drafts.save("follow_up", "r1", {})
    clock.forward(seconds=5)
    drafts.save("registration", "", {"name": "李"})
    assert drafts.latest().kind == "registration"
    assert drafts.latest("follow_up").subject_id == "r1"
    assert drafts.discard("registration", "")
    assert not drafts.discard("registration", "")
    assert drafts.latest().kind == "follow_up"


def test_a_draft_survives_the_program_being_killed(tmp_path):
    desk = make_clinic(tmp_path / "desk", Clock())
    command = [sys.executable, "-c", WRITE_AND_WAIT, str(desk.folder), desk.actor.user_id]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "saved\n"
        os.kill(program.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        program.wait()
    assert Drafts(desk).latest().payload == {"sbp": "158"}
    desk.sessions.engine.dispose()
