//===- SmallModel.h - ONNX models by hand ---------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//     SmallModel model;
//     model.input("x", 10).output("y", 10).node("Softmax", {"x"}, "y");
//     compileModel({"", model.bytes()}, ...)
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TEST_UNIT_DRIVER_SMALLMODEL_H
#define TILEWRIGHT_TEST_UNIT_DRIVER_SMALLMODEL_H

#include "onnx-ml.pb.h"

#include <string>
#include <vector>

namespace tilewright::test {

class SmallModel {
public:
  SmallModel() {
    model.set_ir_version(8);
    model.add_opset_import()->set_version(17);
  }

  /// f32[N, columns].
  SmallModel &input(const char *name, int64_t columns) {
    describe(*graph().add_input(), name, columns);
    return *this;
  }
  SmallModel &output(const char *name, int64_t columns) {
    describe(*graph().add_output(), name, columns);
    return *this;
  }
  SmallModel &weight(const char *name, std::vector<int64_t> shape,
                     const std::vector<float> &values) {
    onnx::TensorProto &tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (int64_t size : shape)
      tensor.add_dims(size);
    for (float value : values)
      tensor.add_float_data(value);
    return *this;
  }
  SmallModel &node(const char *type, std::vector<const char *> inputs,
                   const char *output, const char *name = "") {
    onnx::NodeProto &node = *graph().add_node();
    node.set_name(name);
    node.set_op_type(type);
    for (const char *input : inputs)
      node.add_input(input);
    node.add_output(output);
    return *this;
  }
  std::string bytes() const { return model.SerializeAsString(); }

private:
  onnx::GraphProto &graph() { return *model.mutable_graph(); }
  static void describe(onnx::ValueInfoProto &info, const char *name,
                       int64_t columns) {
    info.set_name(name);
    auto *type = info.mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    type->mutable_shape()->add_dim()->set_dim_param("N");
    type->mutable_shape()->add_dim()->set_dim_value(columns);
  }

  onnx::ModelProto model;
};

} // namespace tilewright::test

#endif // TILEWRIGHT_TEST_UNIT_DRIVER_SMALLMODEL_H
