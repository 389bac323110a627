# gcjobs_embed_text(TARGET TEXT file VARIABLE name TEMPLATE file.cc.in): the target is also made from
# the template, in which @name@ is the text of the file. Both lie in the current folder.
function(gcjobs_embed_text target)
  cmake_parse_arguments(ARG "" "TEXT;VARIABLE;TEMPLATE" "" ${ARGN})
  set(text ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_TEXT})
  string(REGEX REPLACE "\\.in$" "" made ${CMAKE_CURRENT_BINARY_DIR}/${ARG_TEMPLATE})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${text})
  file(READ ${text} ${ARG_VARIABLE})
  configure_file(${ARG_TEMPLATE} ${made} @ONLY)
  target_sources(${target} PRIVATE ${made})
  set_property(TARGET ${target} PROPERTY GCJOBS_EMBEDDED ${ARG_TEXT} ${ARG_VARIABLE}
                                         ${ARG_TEMPLATE})
endfunction()
