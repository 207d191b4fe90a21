# Run by foyer_embed: writes a C++ file that holds the text of files, so that the program needs none of them.
# FILES (separated by |), OUTPUT, SYMBOL (namespace::name)
string(REPLACE "|" ";" FILES "${FILES}")
string(REGEX MATCH "^(.*)::([^:]+)$" parts "${SYMBOL}")
set(namespace "${CMAKE_MATCH_1}")
set(name "${CMAKE_MATCH_2}")
set(entries "")
foreach(file IN LISTS FILES)
  file(READ "${file}" text)
  get_filename_component(base "${file}" NAME)
  string(APPEND entries "    {\"${base}\", R\"~text~(${text})~text~\"},\n")
endforeach()
file(WRITE "${OUTPUT}"
  "#include <string_view>\n#include <utility>\n#include <vector>\n\nnamespace ${namespace} {\n"
  "std::vector<std::pair<std::string_view, std::string_view>> ${name}() {\n  return {\n${entries}  };\n}\n"
  "} // namespace ${namespace}\n")
