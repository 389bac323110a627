#include "server/rpc/reflection_service.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {
namespace {

using ::grpc::reflection::v1::ServerReflectionRequest;
using ::grpc::reflection::v1::ServerReflectionResponse;
using ::testing::IsSupersetOf;

const std::vector<std::string> kServices = {"gcjobs.v1.JobService", "other.Service"};

ServerReflectionResponse FileOf(const std::string& symbol) {
  ServerReflectionRequest request;
  request.set_file_containing_symbol(symbol);
  return Reflect(request, kServices);
}

// The names of the files, the first one first; fails when one comes twice.
std::vector<std::string> NamesIn(const ServerReflectionResponse& response) {
  std::vector<std::string> names;
  for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(file.ParseFromString(bytes));
    names.push_back(file.name());
  }
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  return names;
}

TEST(ReflectTest, ListsTheServicesThatAreServed) {
  ServerReflectionRequest request;
  request.set_host("h");
  request.set_list_services("*");
  const ServerReflectionResponse response = Reflect(request, kServices);
  ASSERT_EQ(response.list_services_response().service_size(), 2);
  EXPECT_EQ(response.list_services_response().service(1).name(), "other.Service");
  EXPECT_EQ(response.valid_host(), "h");
  EXPECT_EQ(response.original_request().list_services(), "*");
}

TEST(ReflectTest, AFileComesWithAllThatItNeeds) {
  // So that its description is linked in.
  ASSERT_NE(v1::SubmitJobRequest::descriptor(), nullptr);
  for (const char* symbol : {"gcjobs.v1.JobService", "gcjobs.v1.JobService.SubmitJob",
                             "gcjobs.v1.SubmitJobRequest", "gcjobs.v1.SubmitJobRequest.kind"}) {
    const std::vector<std::string> names = NamesIn(FileOf(symbol));
    ASSERT_FALSE(names.empty()) << symbol;
    EXPECT_EQ(names.front(), "gcjobs/v1/job_service.proto") << symbol;
    EXPECT_THAT(names, IsSupersetOf({"gcjobs/v1/job.proto", "google/protobuf/timestamp.proto"}));
  }
}

TEST(ReflectTest, AFileIsFoundByItsName) {
  ServerReflectionRequest request;
  request.set_file_by_filename("google/protobuf/timestamp.proto");
  EXPECT_EQ(NamesIn(Reflect(request, kServices)).size(), 1u);
}

TEST(ReflectTest, ExtensionsAreFound) {
  ServerReflectionRequest request;
  request.set_all_extension_numbers_of_type("gcjobs.v1.Job");
  EXPECT_EQ(Reflect(request, kServices).all_extension_numbers_response().base_type_name(),
            "gcjobs.v1.Job");
  request.mutable_file_containing_extension()->set_containing_type("gcjobs.v1.Job");
  EXPECT_EQ(Reflect(request, kServices).error_response().error_code(), grpc::NOT_FOUND);
}

TEST(ReflectTest, WhatIsNotThereIsNotFound) {
  ServerReflectionRequest request;
  request.set_file_containing_symbol("gcjobs.v1.Nothing");
  EXPECT_EQ(Reflect(request, kServices).error_response().error_code(), grpc::NOT_FOUND);
  request.set_file_by_filename("nothing.proto");
  EXPECT_EQ(Reflect(request, kServices).error_response().error_code(), grpc::NOT_FOUND);
  request.set_all_extension_numbers_of_type("gcjobs.v1.Nothing");
  EXPECT_EQ(Reflect(request, kServices).error_response().error_code(), grpc::NOT_FOUND);
}

TEST(ReflectTest, AnEmptyQuestionIsInvalid) {
  EXPECT_EQ(Reflect(ServerReflectionRequest(), kServices).error_response().error_code(),
            grpc::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace gcjobs
