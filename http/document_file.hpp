#pragma once

#include "http/client_services.hpp"
#include "http/response.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace foyer::http {

/// A scanned form of some pages; what is larger belongs into an archive. The request holds it in memory while
/// it is taken apart.
inline constexpr std::size_t document_size_max = 8U * 1024 * 1024;
/// Small enough that writing one holds no order up.
inline constexpr std::size_t document_part_size = 128U * 1024;

/// The media type that the bytes themselves show: of the three kinds that are taken (PDF, PNG, JPEG). None:
/// something else, whatever it is called.
std::optional<std::string_view> sniffed_type(std::string_view bytes) noexcept;

/// The file, part by part. Never shown inside a page of ours: always a download, of a type that no browser
/// runs, with nothing allowed to it (nosniff, an empty sandbox).
response document_answer(client_services& with, const document_row& of);

/// `attachment` with the name in both forms of RFC 6266.
std::string attachment_named(std::string_view name);

} // namespace foyer::http
