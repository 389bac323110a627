# gcjobs_write_target_model(FILE): the project's own targets as CMake knows them, as JSON: what each
# is made from, links and defines. bazel-alt/generate.py makes Bazel's targets from it.

# _gcjobs_json_list(OUT ITEM...): a JSON array of strings.
function(_gcjobs_json_list out)
  set(array)
  foreach(item IN LISTS ARGN)
    string(REPLACE "\\" "\\\\" item "${item}")
    string(REPLACE "\"" "\\\"" item "${item}")
    list(APPEND array "\"${item}\"")
  endforeach()
  list(JOIN array ", " array)
  set(${out} "[${array}]" PARENT_SCOPE)
endfunction()

# _gcjobs_property(OUT TARGET PROPERTY): empty when it is not set.
function(_gcjobs_property out target property)
  get_target_property(value ${target} ${property})
  if(NOT value)
    set(value)
  endif()
  set(${out} "${value}" PARENT_SCOPE)
endfunction()

function(_gcjobs_target_json out target)
  get_target_property(type ${target} TYPE)
  get_target_property(folder ${target} SOURCE_DIR)
  set(json "{\"name\": \"${target}\", \"type\": \"${type}\", \"folder\": \"${folder}\"")
  set(properties SOURCES COMPILE_DEFINITIONS INTERFACE_COMPILE_DEFINITIONS LINK_LIBRARIES
                 GCJOBS_PROTOS GCJOBS_PROTO_GRPC GCJOBS_TEST_LABELS GCJOBS_EMBEDDED)
  if(type STREQUAL "INTERFACE_LIBRARY")
    list(APPEND properties INTERFACE_LINK_LIBRARIES)
  endif()
  foreach(property IN LISTS properties)
    _gcjobs_property(value ${target} ${property})
    _gcjobs_json_list(array ${value})
    string(TOLOWER ${property} key)
    string(APPEND json ", \"${key}\": ${array}")
  endforeach()
  set(${out} "${json}}" PARENT_SCOPE)
endfunction()

# _gcjobs_targets_below(OUT FOLDER): all targets of a folder and of those that it adds.
function(_gcjobs_targets_below out folder)
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  get_property(folders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(below IN LISTS folders)
    _gcjobs_targets_below(more ${below})
    list(APPEND targets ${more})
  endforeach()
  set(${out} "${targets}" PARENT_SCOPE)
endfunction()

function(gcjobs_write_target_model file)
  _gcjobs_targets_below(targets ${CMAKE_SOURCE_DIR})
  set(lines)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(type MATCHES "^(EXECUTABLE|STATIC_LIBRARY|INTERFACE_LIBRARY)$")
      _gcjobs_target_json(json ${target})
      list(APPEND lines "${json}")
    endif()
  endforeach()
  list(JOIN lines ",\n" lines)
  file(
    GENERATE
    OUTPUT ${file}
    CONTENT
      "{\"source\": \"${CMAKE_SOURCE_DIR}\", \"build\": \"${CMAKE_BINARY_DIR}\", \"targets\": [\n${lines}\n]}\n")
endfunction()
