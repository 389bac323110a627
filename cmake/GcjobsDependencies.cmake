# Every library that gcjobs uses, found the way its package offers it. The
# README's table says what each is for.

find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED) # module mode: Debian ships no config file
find_package(absl CONFIG REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(RapidJSON CONFIG REQUIRED) # sets include directories, no target
find_package(simdjson CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)

add_library(gcjobs_rapidjson INTERFACE)
target_include_directories(gcjobs_rapidjson SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIRS})

if(GCJOBS_BUILD_TESTS)
  find_package(GTest CONFIG REQUIRED)
  find_package(benchmark CONFIG REQUIRED)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(httplib REQUIRED IMPORTED_TARGET cpp-httplib)
endif()
