"""The command line and the configuration, as an operator meets them."""

import json
import os
import subprocess

from server import BINARY


def run(*arguments, **environment):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60,
                          env={"PATH": os.environ["PATH"], **environment})


def test_help_of_every_command_names_config_and_data():
    overview = run("--help")
    assert overview.returncode == 0
    for command in ("check-config", "migrate"):
        assert command in overview.stdout
        answer = run(command, "--help")
        assert answer.returncode == 0
        assert "--config" in answer.stdout and "--data" in answer.stdout


def test_misuse_is_status_2_on_standard_error():
    for arguments in ([], ["serv"], ["migrate", "--bogus"], ["migrate", "--set", "nothing"]):
        answer = run(*arguments)
        assert answer.returncode == 2, arguments
        assert answer.stderr and not answer.stdout


def test_every_mistake_of_a_configuration_has_its_line(tmp_path):
    path = tmp_path / "foyer.toml"
    path.write_text('[server]\nlisen = "127.0.0.1:1"\n\n[mail]\nlease = 5\n')
    answer = run("check-config", "--config", str(path), FOYER_LOG__LEVLE="info")
    assert answer.returncode == 2
    assert answer.stderr.splitlines() == [
        f"{path}:2: unknown key server.lisen; did you mean server.listen?",
        f'{path}:5: mail.lease must be a duration such as "24h", "90s", "250ms" or "14d"',
        "environment FOYER_LOG__LEVLE: unknown key; did you mean FOYER_LOG__LEVEL?",
    ]


def test_the_effective_configuration_hides_secrets():
    secret = {"FOYER_DATABASE__URL": "postgresql://foyer:verysecret@db/foyer"}
    text = run("check-config", **secret)
    assert text.returncode == 0 and "verysecret" not in text.stdout
    assert 'url = "(hidden)"  # environment FOYER_DATABASE__URL' in text.stdout
    assert json.loads(run("check-config", "--json", **secret).stdout)["database"]["url"] == "(hidden)"


def test_the_reference_is_a_configuration(tmp_path):
    path = tmp_path / "foyer.toml"
    path.write_text(run("check-config", "--reference").stdout)
    assert run("check-config", "--config", str(path)).returncode == 0


def test_migrate_says_what_it_does_once(make_server):
    one = make_server(start=False)
    assert json.loads(one.command("migrate", "--dry-run", "--json").stdout)["steps"][0] == "001_foundation"
    assert json.loads(one.command("migrate", "--json").stdout)["steps"][0] == "001_foundation"
    assert one.command("migrate").stdout == "the database is up to date\n"
