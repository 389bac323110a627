# Targets with the project's warnings, sanitizers and include paths.

add_library(gcjobs_options INTERFACE)
target_include_directories(gcjobs_options INTERFACE ${CMAKE_SOURCE_DIR})
# Some libraries ask for -pthread; precompiled headers want it in all files or in none.
target_compile_options(gcjobs_options INTERFACE -pthread)
target_link_libraries(gcjobs_options INTERFACE Threads::Threads)
target_compile_options(
  gcjobs_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(gcjobs_options INTERFACE -Wthread-safety)
  # Precompiled headers without times in them: the same headers make the same file.
  target_compile_options(gcjobs_options INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
  # A quarter of the time of the default linker, for the many test programs.
  find_program(GCJOBS_LLD NAMES ld.lld-14 ld.lld)
  if(GCJOBS_LLD)
    target_link_options(gcjobs_options INTERFACE -fuse-ld=lld)
  endif()
endif()
# What users run hardens itself, as Debian's own packages do.
if(CMAKE_BUILD_TYPE MATCHES "^Rel" AND NOT GCJOBS_SANITIZER)
  target_compile_options(gcjobs_options INTERFACE -fstack-protector-strong)
  target_compile_definitions(gcjobs_options INTERFACE _FORTIFY_SOURCE=2)
  target_link_options(gcjobs_options INTERFACE -Wl,-z,relro,-z,now)
endif()
if(GCJOBS_FAILPOINTS)
  target_compile_definitions(gcjobs_options INTERFACE GCJOBS_FAILPOINTS=1)
endif()
if(GCJOBS_SANITIZER STREQUAL "address")
  target_compile_options(
    gcjobs_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                             -fno-omit-frame-pointer -O1)
  target_link_options(gcjobs_options INTERFACE -fsanitize=address,undefined)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # Without `function`: clang 14 makes invalid code of it in coroutines ("Cannot represent a
    # difference across sections", https://github.com/llvm/llvm-project/issues/50345).
    target_compile_options(
      gcjobs_options
      INTERFACE -fno-sanitize=function
                -fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/cmake/ubsan_ignorelist.txt)
  endif()
elseif(GCJOBS_SANITIZER STREQUAL "thread")
  target_compile_options(gcjobs_options INTERFACE -fsanitize=thread -O1)
  target_link_options(gcjobs_options INTERFACE -fsanitize=thread)
endif()

# gcjobs_links(OUT TARGET LIBRARY): whether the target links it, directly or through others.
function(gcjobs_links out target library)
  set(${out} FALSE PARENT_SCOPE)
  if("${target}" STREQUAL "${library}")
    set(${out} TRUE PARENT_SCOPE)
    return()
  endif()
  if(NOT TARGET ${target})
    return()
  endif()
  get_property(known GLOBAL PROPERTY _gcjobs_links_${target}_${library})
  if(NOT "${known}" STREQUAL "")
    set(${out} ${known} PARENT_SCOPE)
    return()
  endif()
  get_target_property(direct ${target} LINK_LIBRARIES)
  get_target_property(interface ${target} INTERFACE_LINK_LIBRARIES)
  set(found FALSE)
  foreach(linked IN LISTS direct interface)
    if(linked MATCHES "^(gcjobs_|gRPC::)" AND NOT found)
      gcjobs_links(found ${linked} ${library})
    endif()
  endforeach()
  set_property(GLOBAL PROPERTY _gcjobs_links_${target}_${library} ${found})
  set(${out} ${found} PARENT_SCOPE)
endfunction()

# gcjobs_library(NAME [SOURCES ...] [DEPS ...])
function(gcjobs_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC gcjobs_options ${ARG_DEPS})
  gcjobs_use_precompiled(${name} PROGRAM)
endfunction()

# gcjobs_binary(NAME [SOURCES ...] [DEPS ...])
function(gcjobs_binary name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE gcjobs_options ${ARG_DEPS})
  gcjobs_use_precompiled(${name} PROGRAM)
endfunction()

# gcjobs_test(NAME [SOURCES ...] [DEPS ...] [LABELS NAME] [TIMEOUT SECONDS]): one gtest binary; each
# TEST in it is one CTest test. Those that ThreadSanitizer can see through, since they do not link
# gRPC, are made by the target `without_grpc`, and their label ends in _without_grpc.
add_custom_target(without_grpc)
function(gcjobs_test name)
  cmake_parse_arguments(ARG "" "LABELS;TIMEOUT" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE gcjobs_options ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  gcjobs_use_precompiled(${name} TEST)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests
                                           GCJOBS_TEST_LABELS "${ARG_LABELS}")
  set(label ${ARG_LABELS})
  gcjobs_links(with_grpc ${name} gRPC::grpc++)
  if(NOT with_grpc)
    string(APPEND label _without_grpc)
    add_dependencies(without_grpc ${name})
  endif()
  include(GoogleTest)
  gtest_discover_tests(
    ${name}
    DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS ${label})
endfunction()

# gcjobs_bench(NAME [SOURCES ...] [DEPS ...]): one Google Benchmark program, which `./dev bench` finds
# in bench/ of the build folder.
add_custom_target(benchmarks)
function(gcjobs_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE gcjobs_options ${ARG_DEPS} benchmark::benchmark_main)
  gcjobs_use_precompiled(${name} PROGRAM)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
  add_dependencies(benchmarks ${name})
endfunction()
