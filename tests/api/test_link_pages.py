"""The pages that links in mails open: they carry no token, and opening them changes nothing (A2)."""

import pytest

PAGES = ["/confirm", "/reset", "/email-change", "/email-undo", "/accept", "/orders", "/space"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_A10_link_pages_speak_the_readers_language(client, path, language):
    page = client.get(path, headers={"Accept-Language": language, "Accept": "text/html"})
    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    text = page.body.decode()
    assert f'<html lang="{language}">' in text
    assert "<button" in text and "/links.js" in text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_A2_opening_a_link_confirms_nothing(server, client, mailbox):
    address = "lea.link@example.org"
    person = {"email": address, "password": "correct horse battery", "first_name": "Léa", "last_name": "Link"}
    assert client.post("/api/v1/accounts", person).status == 202
    link = mailbox.wait(address)["links"][0]
    path, fragment = link[len(server.url):].split("#")
    assert path == "/confirm" and fragment.startswith("token=")
    assert client.get(path).status == 200
    refused = client.post("/api/v1/sessions", {"login": address, "password": person["password"]})
    assert (refused.status, refused.code) == (403, "email_unconfirmed")
