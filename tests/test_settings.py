"""Settings: flags before environment before defaults, and quiet libraries."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import UsageError
from ui.settings import Given, find_config, is_hub_id, quieten_libraries, read_settings, resolve_settings


def test_defaults_serve_this_machine_only() -> None:
    settings = read_settings({})
    assert settings.host == "127.0.0.1"
    assert settings.port == 7860
    assert settings.model == "default"
    assert settings.home == Path("~/.local/share/dateline").expanduser()
    assert settings.models == settings.home / "models"


def test_environment_is_read() -> None:
    environ = {
        "DATELINE_HOME": "/a/home",
        "DATELINE_MODEL": "small",
        "DATELINE_MODELS": "/a/models",
        "DATELINE_HOST": "10.0.0.7",
        "DATELINE_PORT": "8080",
        "DATELINE_LOG": "debug",
    }
    settings = read_settings(environ)
    assert (settings.home, settings.model, settings.models) == (Path("/a/home"), "small", Path("/a/models"))
    assert (settings.host, settings.port, settings.log) == ("10.0.0.7", 8080, "DEBUG")


def test_flags_override_the_environment() -> None:
    environ = {"DATELINE_HOME": "/a/home", "DATELINE_MODEL": "small", "DATELINE_PORT": "8080"}
    settings = read_settings(environ, home="/b", model="default", host="localhost", port="0")
    assert (settings.home, settings.model, settings.host, settings.port) == (Path("/b"), "default", "localhost", 0)


@pytest.mark.parametrize("port", ["", "x", "-1", "65536", "８０"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(UsageError, match="--port"):
        read_settings({}, port=port)


def test_a_path_with_a_null_character_is_refused() -> None:
    with pytest.raises(UsageError, match="no path"):
        read_settings({}, home="~\0ann")


def test_an_empty_setting_of_the_file_is_none(tmp_path: Path) -> None:
    file = tmp_path / "dateline.toml"
    file.write_text('home = ""\nmodel = ""\n', encoding="utf-8")
    given = resolve_settings({}, config=str(file))
    assert (given["home"], given["model"].value) == (resolve_settings({})["home"], "default")


def test_the_file_is_weakest_and_each_value_tells_where_it_stands(tmp_path: Path) -> None:
    folder = tmp_path / "dateline"
    folder.mkdir()
    file = folder / "dateline.toml"
    file.write_text('home = "/file/home"\nport = 8000\nhost = "10.0.0.1"\n', encoding="utf-8")
    environ = {"XDG_CONFIG_HOME": str(tmp_path), "DATELINE_PORT": "9000", "DATELINE_HOST": "10.0.0.2"}
    given = resolve_settings(environ, host="10.0.0.3")
    assert given["home"] == Given("/file/home", str(file))
    assert given["port"] == Given("9000", "DATELINE_PORT")
    assert given["host"] == Given("10.0.0.3", "--host")
    assert given["model"] == Given("default", "default")
    settings = read_settings(environ, host="10.0.0.3")
    assert (settings.home, settings.port, settings.host) == (Path("/file/home"), 9000, "10.0.0.3")


def test_the_users_folder_and_a_named_file_but_never_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dateline.toml").write_text('llm = "openai:http://elsewhere.example/v1#m"', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert find_config({}) is None
    assert find_config({"HOME": str(tmp_path)}) is None
    named = tmp_path / "dateline.toml"
    assert find_config({"DATELINE_CONFIG": str(named)}) == named
    assert read_settings({}, config=str(named)).llm == "openai:http://elsewhere.example/v1#m"


@pytest.mark.parametrize(
    ("text", "said"),
    [("colour = 1", "colour"), ("port = true", "port"), ("port = [", "mend"), ("port = 70000", "dateline.toml")],
)
def test_a_file_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "dateline.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read_settings({}, config=str(file))
    with pytest.raises(UsageError, match="cannot read"):
        read_settings({}, config=str(tmp_path / "missing.toml"))


def test_an_unknown_log_level_is_refused() -> None:
    with pytest.raises(UsageError, match="DATELINE_LOG"):
        read_settings({"DATELINE_LOG": "loud"})


def test_libraries_are_silenced_and_the_hub_is_off() -> None:
    environ: dict[str, str] = {}
    quieten_libraries(environ, "default")
    assert environ["ANONYMIZED_TELEMETRY"] == "False"
    assert environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert 1_000 < int(environ["GOMP_SPINCOUNT"]) < 100_000
    assert environ["HF_HUB_DISABLE_TELEMETRY"] == environ["DO_NOT_TRACK"] == environ["HF_HUB_OFFLINE"] == "1"


def test_gradio_makes_no_table_of_its_events() -> None:
    import gradio  # the variables were set before, as the command sets them

    with gradio.Blocks() as page:
        pass
    page.queue()
    assert page._queue.ANALYTICS_MAX_EVENTS == 1
    assert page._queue.ANAYLTICS_CACHE_FREQUENCY > 10**9


def test_a_hub_id_may_reach_the_hub_and_what_the_user_set_stays() -> None:
    environ = {"GRADIO_ANALYTICS_ENABLED": "True"}
    quieten_libraries(environ, "owner/name")
    assert "HF_HUB_OFFLINE" not in environ
    assert environ["GRADIO_ANALYTICS_ENABLED"] == "True"


def test_what_counts_as_a_hub_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "folder").mkdir()
    assert is_hub_id("owner/name-1.5B")
    assert not is_hub_id("default")
    assert not is_hub_id("some/folder")
    assert not is_hub_id("models/file.gguf")
    assert not is_hub_id("/absolute/path")


def test_servers_are_addresses_and_a_home_knows_them(tmp_path: Path) -> None:
    environ = {"DATELINE_CATALOGUE": "postgresql://ann:secret@db/archive", "DATELINE_CHROMA_TOKEN": "sesame"}
    settings = read_settings(environ, home=str(tmp_path), chroma="https://vectors.example:8443/")
    home = settings.index
    assert (home.folder, home.server) == (tmp_path, "postgresql://ann:secret@db/archive")
    assert (home.chroma_server, home.chroma_token) == ("https://vectors.example:8443", "sesame")
    assert home.place == "postgresql://ann@db/archive"
    assert read_settings({}, home=str(tmp_path)).index.place == str(tmp_path)
    for flag, address in (("catalogue", "mysql://db/archive"), ("chroma", "vectors.example:8000")):
        with pytest.raises(UsageError, match=f"--{flag}: .*give an address like"):
            read_settings({}, **{flag: address})
