# Flags that every target of the project shares, and how a room becomes a target.

add_library(foyer_options INTERFACE)
target_include_directories(foyer_options INTERFACE "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}/generated")
target_compile_options(foyer_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  -fstack-protector-strong -fstack-clash-protection -fcf-protection -fno-omit-frame-pointer)
# GCC 12 sees dangling pointers, null strings and mismatched coroutine frames in inlined library code that has none.
target_compile_options(foyer_options INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
    -Wno-maybe-uninitialized -Wno-free-nonheap-object -Wno-dangling-pointer -Wno-nonnull
    -Wno-mismatched-new-delete>)
target_compile_definitions(foyer_options INTERFACE
  _GLIBCXX_ASSERTIONS FOYER_VERSION="${PROJECT_VERSION}"
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_VISIBILITY BOOST_BEAST_USE_STD_STRING_VIEW)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(foyer_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
target_link_options(foyer_options INTERFACE -Wl,-z,relro -Wl,-z,now)
find_program(MOLD mold)
if(MOLD)
  target_link_options(foyer_options INTERFACE -fuse-ld=mold)
endif()
target_link_libraries(foyer_options INTERFACE Threads::Threads Boost::headers)

set(FOYER_SANITIZE "" CACHE STRING "Sanitizers of every target, such as address,undefined")
if(FOYER_SANITIZE)
  target_compile_options(foyer_options INTERFACE -fsanitize=${FOYER_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(foyer_options INTERFACE -fsanitize=${FOYER_SANITIZE})
  # CAF's init_fun_factory binds a reference to null on purpose. What object-size sees, address sees too; with
  # alignment it takes a third of the build's time and says nothing that this processor minds.
  if(FOYER_SANITIZE MATCHES undefined)
    target_compile_options(foyer_options INTERFACE -fno-sanitize=null,vptr,object-size,alignment)
  endif()
endif()

# foyer_room(NAME SOURCES ... LINKS ...): a static library with the shared flags.
function(foyer_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINKS;PRECOMPILE" ${ARGN})
  if(ROOM_SOURCES)
    add_library(${name} STATIC ${ROOM_SOURCES})
    target_link_libraries(${name} PUBLIC foyer_options ${ROOM_LINKS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE foyer_options ${ROOM_LINKS})
  endif()
  if(ROOM_PRECOMPILE)
    target_precompile_headers(${name} PRIVATE ${ROOM_PRECOMPILE})
  endif()
endfunction()

# foyer_embed(TARGET SYMBOL FILES...): compiles the files' text into the target as the function
# std::vector<std::pair<std::string_view, std::string_view>> SYMBOL(), which gives each file's name and text.
function(foyer_embed target symbol)
  string(REPLACE "::" "_" base "${symbol}")
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${base}.cpp")
  list(TRANSFORM ARGN PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" OUTPUT_VARIABLE files)
  list(JOIN files "|" joined)
  add_custom_command(OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DFILES=${joined}" "-DOUTPUT=${output}" "-DSYMBOL=${symbol}"
            -P "${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake"
    DEPENDS ${files} "${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake" VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()
