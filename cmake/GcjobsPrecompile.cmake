# The headers of libraries, compiled once: gRPC's and protobuf's are most of what a file of ours costs
# to compile. Only headers from outside the project are in here, so that no change of ours makes all
# files be compiled again; and each file still includes what it uses, since a build without
# precompiled headers (-DGCJOBS_PRECOMPILE=OFF, and Bazel's) must work as well.

option(GCJOBS_PRECOMPILE "Compile the headers of libraries once" ON)

# CMake's own way of saying it, by -Xclang, hides the path from ccache, which would keep a second clone
# from finding the objects of the first.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -include-pch <PCH_FILE>)
endif()

set(_gcjobs_precompiled_base
    <algorithm> <array> <atomic> <chrono> <cstdint> <deque> <filesystem> <fstream> <functional> <map>
    <memory> <optional> <set> <sstream> <string> <utility> <variant> <vector>
    <absl/container/flat_hash_map.h> <absl/container/flat_hash_set.h>
    <absl/functional/any_invocable.h> <absl/functional/function_ref.h> <absl/random/random.h>
    <absl/status/status.h> <absl/status/statusor.h> <absl/strings/escaping.h>
    <absl/strings/match.h> <absl/strings/numbers.h> <absl/strings/str_cat.h>
    <absl/strings/str_format.h> <absl/strings/str_join.h> <absl/strings/str_split.h>
    <absl/strings/string_view.h> <absl/strings/strip.h> <absl/synchronization/mutex.h>
    <absl/synchronization/notification.h> <absl/time/clock.h> <absl/time/time.h>
    <google/protobuf/arena.h> <google/protobuf/descriptor.h> <google/protobuf/duration.pb.h>
    <google/protobuf/generated_message_reflection.h> <google/protobuf/map.h>
    <google/protobuf/message.h> <google/protobuf/struct.pb.h> <google/protobuf/timestamp.pb.h>
    <google/protobuf/util/json_util.h>)
set(_gcjobs_precompiled_grpc <grpcpp/grpcpp.h>)
set(_gcjobs_precompiled_test <gmock/gmock.h> <gtest/gtest.h>)

# gcjobs_use_precompiled(TARGET TEST|PROGRAM): after the target's libraries are known. There is one set
# of headers for each of: with gRPC or without (its headers make a program need the library), with
# GoogleTest or without.
function(gcjobs_use_precompiled target what)
  if(NOT GCJOBS_PRECOMPILE)
    return()
  endif()
  gcjobs_links(with_grpc ${target} gRPC::grpc++)
  set(set base)
  if(with_grpc)
    string(APPEND set _grpc)
  endif()
  if(what STREQUAL "TEST")
    string(APPEND set _test)
  endif()
  _gcjobs_precompile(gcjobs_precompiled_${set})
  target_precompile_headers(${target} REUSE_FROM gcjobs_precompiled_${set})
endfunction()

function(_gcjobs_precompile name)
  if(TARGET ${name})
    return()
  endif()
  set(source ${CMAKE_BINARY_DIR}/${name}.cc)
  file(CONFIGURE OUTPUT ${source} CONTENT "// Only for its precompiled headers.\n")
  set(headers ${_gcjobs_precompiled_base})
  if(name MATCHES "_grpc")
    list(APPEND headers ${_gcjobs_precompiled_grpc})
  endif()
  if(name MATCHES "_test")
    list(APPEND headers ${_gcjobs_precompiled_test})
  endif()
  add_library(${name} OBJECT ${source})
  target_link_libraries(${name} PRIVATE gcjobs_options protobuf::libprotobuf absl::strings)
  if(name MATCHES "_test")
    target_link_libraries(${name} PRIVATE GTest::gmock)
  endif()
  target_precompile_headers(${name} PRIVATE ${headers})
  _gcjobs_sum(${name} "${headers}")
endfunction()

# ccache knows a precompiled header by a file beside it instead of its bytes, which have the paths of
# this folder in them (CCACHE_PCH_EXTSUM in scripts/build.sh): a sum of the text that it was made of.
# So a second clone finds the objects of the first.
function(_gcjobs_sum name headers)
  set(folder ${CMAKE_BINARY_DIR}/precompiled)
  set(text "")
  foreach(header IN LISTS headers)
    string(APPEND text "#include ${header}\n")
  endforeach()
  file(CONFIGURE OUTPUT ${folder}/${name}.h CONTENT "${text}" @ONLY)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    set(suffix pch)
  else()
    set(suffix gch)
  endif()
  # Where CMake leaves the header of a target of this folder.
  set(sum ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${name}.dir/cmake_pch.hxx.${suffix}.sum)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  set(flags "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}}")
  add_custom_command(
    OUTPUT ${sum}
    COMMAND
      ${CMAKE_COMMAND} -E env
      "GCJOBS_FLAGS=${flags} $<JOIN:$<TARGET_PROPERTY:gcjobs_options,INTERFACE_COMPILE_OPTIONS>, >"
      sh -c
      "{ echo \"$GCJOBS_FLAGS\"; \"$0\" -std=c++20 -P -E -MD -MF \"$3\" -MT \"$2\" -x c++ \"$1\"; } | sha256sum >\"$2\""
      ${CMAKE_CXX_COMPILER} ${folder}/${name}.h ${sum} ${sum}.d
    DEPFILE ${sum}.d
    COMMENT "Summing ${name}"
    VERBATIM)
  add_custom_target(${name}_sum DEPENDS ${sum})
  add_dependencies(${name} ${name}_sum)
endfunction()
