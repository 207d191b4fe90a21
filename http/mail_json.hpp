#pragma once

#include "actors/mailer/records.hpp"
#include "http/json/writer.hpp"

namespace foyer::http {

/// Who reads about a mail: staff see attempts and what mail servers said.
enum class mail_reader { staff, buyer };

/// The fields of a mail, into the object that is open.
void append_mail(json::writer& out, const mailer::listed_mail& of, mail_reader by);
/// A page of a list, with its cursor.
std::string mails_json(const mailer::mail_page& of, mail_reader by);

} // namespace foyer::http
