"""A checkpoint that requires another: chosen on the wave's page."""

import pytest

from rtapp.db import db
from rtapp.schema import Checkpoint

pytestmark = pytest.mark.both_engines(at_length=True)


@pytest.fixture
def save(client_of, world):
    """Save a checkpoint of wave I by its form, and return the answer."""

    def send(id_="", name="Uang transport", kind="transport", requires=""):
        form = {"id": str(id_), "name": name, "kind": kind, "opens_at": "", "closes_at": "", "requires": str(requires)}
        return client_of("admin").post(f"/waves/{world.waves[0]}/checkpoints", data=form)

    return send


def found(app, name):
    with app.app_context():
        return db.session.query(Checkpoint).filter_by(name=name).one()


def test_the_form_offers_the_other_checkpoints_of_the_wave(client_of, world):
    page = client_of("admin").get(f"/waves/{world.waves[0]}").text
    assert "Harus sudah tercatat di" in page
    own = page[page.index(f'id="checkpoint-{world.registration}-requires"') :]
    options = own[: own.index("</select>")]
    assert "Materi 1" in options and "Registrasi" not in options


def test_a_requirement_is_kept_and_taken_away_again(app, world, save):
    assert save(requires=world.registration).status_code == 303
    paying = found(app, "Uang transport")
    assert paying.requires_id == world.registration
    assert save(paying.id).status_code == 303
    assert found(app, "Uang transport").requires_id is None


def test_two_checkpoints_never_wait_for_each_other(app, world, save):
    save(requires=world.registration)
    paying = found(app, "Uang transport").id
    refused = save(world.registration, "Registrasi", "hadir", paying)
    assert refused.status_code == 422 and "saling mensyaratkan" in refused.text
    assert save(paying, requires=paying).status_code == 422


def test_a_checkpoint_of_another_wave_is_not_required(world, save):
    assert save(requires=world.registration_two).status_code == 422
    assert save(requires=999).status_code == 422


def test_what_is_required_is_not_removed(app, client_of, world, save):
    save(requires=world.session_one)
    form = {"id": str(world.session_one), "do": "remove"}
    refused = client_of("admin").post(f"/waves/{world.waves[0]}/checkpoints", data=form)
    assert refused.status_code == 409 and "mensyaratkan" in refused.text
    assert found(app, "Materi 1")
