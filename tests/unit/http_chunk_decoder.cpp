#include "http/server/chunk_decoder.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using foyer::http::chunk_decoder;
using progress = chunk_decoder::progress;

namespace {

struct outcome {
  progress result;
  std::string body;
  std::string rest;
};

/// Feeds the text in pieces of this size.
outcome decode(std::string_view text, std::size_t piece, std::size_t body_max = 100) {
  chunk_decoder decoder(body_max);
  outcome out{progress::more, {}, {}};
  while (!text.empty() && out.result == progress::more) {
    auto now = text.substr(0, piece);
    const auto before = now.size();
    out.result = decoder.feed(now, out.body);
    text.remove_prefix(before - now.size());
  }
  out.rest = text;
  return out;
}

} // namespace

TEST_CASE("a chunked body is the same in pieces of any size") {
  const std::string text = "5\r\nhello\r\n1;name=\"v\"\r\n \r\n00A\r\nwide world\r\n0\r\n\r\nGET /next";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const auto out = decode(text, piece);
    INFO(piece);
    CHECK(out.result == progress::done);
    CHECK(out.body == "hello wide world");
    CHECK(out.rest == "GET /next");
  }
}

TEST_CASE("chunk sizes, line ends and trailers are taken literally") {
  const std::vector<std::string> bad{"\r\n",
                                     "g\r\n",
                                     "0x5\r\nhello\r\n",
                                     "+5\r\nhello\r\n",
                                     " 5\r\nhello\r\n",
                                     "5 \r\nhello",
                                     "5\nhello\r\n",
                                     "5\r\nhello\n",
                                     "5\r\nhelloX\r\n",
                                     "5\r\nhello!\r\n",
                                     "000000005\r\n",
                                     "-1\r\n",
                                     "0\r\nX-Trailer: a\r\n",
                                     "0\r\nContent-Length: 3\r\n",
                                     "0\n\n",
                                     "0\r\n\n",
                                     "5;a\nb\r\n",
                                     "5;\x01\r\n",
                                     "5\r\n\r\n0\r\n\r\n!",
                                     "0\r\n\r\r",
                                     "5;" + std::string(300, 'a')};
  for (const auto& text : bad) {
    INFO(text);
    CHECK(decode(text, 1).result == progress::malformed);
    CHECK(decode(text, 1000).result == progress::malformed);
  }
}

TEST_CASE("a chunked body stops at the limit before its bytes are kept") {
  CHECK(decode("64\r\n" + std::string(100, 'x') + "\r\n0\r\n\r\n", 7).result == progress::done);
  CHECK(decode("65\r\n", 7).result == progress::too_large);
  CHECK(decode("60\r\n" + std::string(96, 'x') + "\r\n5\r\n", 7).result == progress::too_large);
  CHECK(decode("ffffffff\r\n", 7).result == progress::too_large);
}
