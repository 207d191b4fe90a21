#include "tests/fuzz/targets.hpp"

#include <cstdio>
#include <cstdlib>

namespace foyer::fuzz {

void broken(std::string_view what) {
  std::fprintf(stderr, "fuzz: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

std::span<const target> targets() {
  static const std::vector<target> all{
      {"http_head",
       read_http_head,
       {"GET /a%20b?x=1&y HTTP/1.1\r\nHost: shop.example\r\nCookie: foyer=1; a=\"b\"\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: shop.example:8080\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\n",
        "POST http://shop.example/x HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n\r\n",
        "OPTIONS * HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: keep-alive, close\r\nAuthorization: Bearer "
        "x\r\n\r\n"}},
      {"chunks",
       read_chunks,
       {"5\r\nhello\r\n0\r\n\r\n", "A;name=value\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\nrest",
        "fffffffffffffff\r\n", "0\r\nTrailer: x\r\n\r\n"}},
      {"json",
       read_json,
       {R"({"amount":{"amount":2500,"currency":"EUR"},"text":"Zoé","number":-3,"raw":[1,{"a":null}]})",
        R"({"at":"2026-01-31T10:05:00.25+01:00","day":"2000-02-29","id":"01890a5d-ac96-774b-bcce-b302099a8057"})",
        R"({"lines":[{"quantity":1,"tags":["a","\ud83c\udfad"]},{}],"answers":{"size":"M"},"number":1e2})",
        R"({"a":1,"a":2,"amount":{"amount":9223372036854775808,"currency":"EUR"}})", "[[[[[[[[[[{}]]]]]]]]]]",
        "2026-03-29T02:30:00Z", "-9223372036854775808"}},
      {"forwarded",
       read_forwarded,
       {"203.0.113.5, 10.0.0.2", "\"[2001:db8::1]:8080\", unknown, 10.0.0.2", "https", "::ffff:10.1.2.3,,",
        "10.0.0.0/33"}},
      {"email",
       read_email,
       {"zoe@example.org", " Zoé.Lœuillet+a@Bücher.Example ", "\"a b\"@example.org",
        "Foyer <no-reply@host.example>", "a@b.xn--p1ai", "a@[127.0.0.1]", "a..b@example.org",
        "zo\xE9\xFF@example.org"}},
      {"csv",
       read_csv,
       {"name,age\nZoé,3\n\"a \"\"b\"\", c\",4\r\n", "name;x\n\"two\nlines\";1", "name\n\n=1+1\n",
        "\xEF\xBB\xBFname\nx"}},
      {"clients",
       read_clients,
       {"Pr\xE9nom;Nom;Solde;Famille\r\nZo\xE9;Martin;1 234,50;7\r\n\"L\xE9o\";\"Mar\"\"tin\";-3,00 "
        "\x80;7\r\n",
        "\xEF\xBB\xBF"
        "First name,Last name,E-mail,Birth date,Balance,Tags\nA,B,a@b.example,31/12/1999,(12.5),x|y\n",
        "sep=\t\nfirst name\tlast name\tbalance\n'=1+1\tB\t1.234\n\tC\t-\n",
        "Nom;Pr\xE9nom\n\"two\nlines\";b"}},
      {"checkpoint",
       read_checkpoint,
       {"Foyer ledger checkpoint 1\nat 2026-05-17T12:00:00.000000Z\n"
        "01890a5d-ac96-774b-bcce-b302099a8057 3 "
        "0101010101010101010101010101010101010101010101010101010101010101\n"
        "wallets 1\nsignature 0101010101010101010101010101010101010101010101010101010101010101\n"}},
      {"mail",
       read_mail,
       {"From: =?UTF-8?Q?Th=C3=A9=C3=A2tre?= <a@example.org>\r\nTo: b@example.org\r\nSubject: "
        "=?utf-8?B?w6k=?=\r\n"
        " x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"b1\"\r\n\r\n--b1\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        "See https://example.org/x=3D1 =\r\nmore\r\n--b1\r\nContent-Type: text/html\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nPHA+w6k8L3A+\r\n--b1--\r\n",
        "Subject: a\r\n\r\nbody", "From here on\r\n.\r\n"}},
      {"bounce",
       read_bounce,
       {"To: bounces+01890a5dac96774bbcceb302099a8057-8e15f860acb1140a@host.example\r\nContent-Type: "
        "multipart/report; report-type=delivery-status; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: "
        "text/plain\r\n\r\nsorry\r\n--b1\r\nContent-Type: "
        "message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; "
        "a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n  "
        "nobody\r\n\r\n"
        "--b1\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: "
        "<01890a5d-ac96-774b-bcce-b302099a8057@host.example>\r\n\r\n--b1--\r\n",
        "To: bounces+01890a5dac96774bbcceb302099a8057-0123456789abcdef@host.example\nContent-Type: "
        "multipart/report; boundary=b\n\n--b\nContent-Type: "
        "message/delivery-status\nContent-Transfer-Encoding: "
        "base64\n\nQWN0aW9uOiBmYWlsZWQKU3RhdHVzOiA1LjAuMAo=\n--b--\n"}},
      {"configuration",
       read_configuration,
       {"[server]\nlisten = \"127.0.0.1:8080\"\npublic_url = "
        "\"https://shop.example\"\n[mail]\nrate_per_second = 5\n",
        "[journal]\nbatch_max = 64\nqueue_max = 9\n[orders]\ncard_expires_after = \"15min\"\n",
        "a = [1, {b = 1979-05-27}]\n", "[server]\nlistn = 3\n"}},
      {"offer",
       read_offer,
       {R"({"kind":"ticket","title":{"fr":"Le Cid","en":"The Cid"},"vat":550,"capacity":10,"shops":["online"],)"
        R"("rates":[{"id":"01890a5d-ac96-774b-bcce-b302099a8057","price":1500,"name":{"fr":"plein"},"min_age":3}],)"
        R"("starts_at":1751366257000000})"}},
  };
  return all;
}

} // namespace foyer::fuzz
