#include "client/result_page.pb.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "gcjobs/v1/job_service.pb.h"

// The CLI reads result pages as a message of its own. It must be the API's in
// all but the check of items_json.
namespace gcjobs {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;

TEST(ResultPageTest, HasTheFieldsOfTheApi) {
  const Descriptor* const api = v1::ResultPage::descriptor();
  const Descriptor* const own = client::ResultPage::descriptor();
  ASSERT_EQ(own->field_count(), api->field_count());
  for (int i = 0; i < api->field_count(); ++i) {
    const FieldDescriptor* const field = own->FindFieldByNumber(api->field(i)->number());
    ASSERT_NE(field, nullptr) << api->field(i)->name();
    EXPECT_EQ(field->name(), api->field(i)->name());
    EXPECT_EQ(field->is_repeated(), api->field(i)->is_repeated());
    const FieldDescriptor::Type type =
        field->name() == "items_json" ? FieldDescriptor::TYPE_BYTES : api->field(i)->type();
    EXPECT_EQ(field->type(), type) << field->name();
  }
}

TEST(ResultPageTest, TheBytesOfOneAreTheBytesOfTheOther) {
  v1::ResultPage written;
  written.set_items_json(R"([{"id":12345678901234567890,"name":"Zoë"}])");
  written.set_item_count(1);
  written.set_page_number(300);
  written.set_next_cursor("c");
  written.set_last(true);
  client::ResultPage read;
  ASSERT_TRUE(read.ParseFromString(written.SerializeAsString()));
  EXPECT_EQ(read.items_json(), written.items_json());
  EXPECT_EQ(read.SerializeAsString(), written.SerializeAsString());
}

TEST(ResultPageTest, ItemsThatAreNotUtf8AreLeftToWhatSplitsThem) {
  client::ResultPage page;
  page.set_items_json("[\"\xff\"]");
  client::ResultPage read;
  EXPECT_TRUE(read.ParseFromString(page.SerializeAsString()));
}

}  // namespace
}  // namespace gcjobs
