//===- Rearrange.cpp - ONNX tiles, blocks and columns ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "Registry.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

/// [a, b] tiled by [r, s]: [1, a, 1, b] repeated to [r, a, s, b], then merged.
static void importTile(Node &n) {
  Value x = n.in(0);
  Shape shape = n.shape(x);
  Dims repeats = n.contents(n.in(1), "input 'repeats'");
  if (!n.failed() && int64_t(repeats.size()) != shape.rank())
    n.fail("expected " + Twine(shape.rank()) + " repeats, but got " +
           Twine(repeats.size()));
  if (n.failed())
    return;
  Dims apart, repeated, merged;
  for (int64_t i = 0; i < shape.rank(); ++i) {
    DimExpr count = repeats[size_t(i)];
    merged.push_back(count * shape[i]);
    if (!count.isConstant(1)) {
      apart.push_back(1);
      repeated.push_back(count);
    }
    apart.push_back(shape[i]);
    repeated.push_back(shape[i]);
  }
  n.result(0, n.reshape(n.broadcast(n.reshape(x, apart), repeated), merged));
}

static void importDepthToSpace(Node &n) {
  Value x = n.in(0);
  int64_t block = n.required("blocksize");
  bool dcr = n.opset < 11 || n.text("mode", "DCR", {"DCR", "CRD"}) == "DCR";
  if (!n.expectRank(x, 4, 4, "input"))
    return;
  if (!n.expectSmall(block, 1, "attribute 'blocksize'"))
    return;
  Shape shape = n.shape(x);
  DimExpr depth = DimExpr::floorDiv(shape[1], block * block);
  n.equal(depth * DimExpr(block * block), shape[1],
          "the channels, which the block must divide,");
  Dims apart = dcr ? Dims{shape[0], block, block, depth, shape[2], shape[3]}
                   : Dims{shape[0], depth, block, block, shape[2], shape[3]};
  SmallVector<int64_t> permutation =
      dcr ? SmallVector<int64_t>{0, 3, 4, 1, 5, 2}
          : SmallVector<int64_t>{0, 1, 4, 2, 5, 3};
  Value moved = n.transpose(n.reshape(x, apart), permutation);
  n.result(0, n.reshape(moved, {shape[0], depth, shape[2] * DimExpr(block),
                                shape[3] * DimExpr(block)}));
}

static void importSpaceToDepth(Node &n) {
  Value x = n.in(0);
  int64_t block = n.required("blocksize");
  bool dcr = n.opset < 28 || n.text("mode", "DCR", {"DCR", "CRD"}) == "DCR";
  if (!n.expectRank(x, 4, 4, "input"))
    return;
  if (!n.expectSmall(block, 1, "attribute 'blocksize'"))
    return;
  Shape shape = n.shape(x);
  DimExpr height = DimExpr::floorDiv(shape[2], block);
  DimExpr width = DimExpr::floorDiv(shape[3], block);
  n.equal(height * DimExpr(block), shape[2],
          "the height, which the block must divide,");
  n.equal(width * DimExpr(block), shape[3],
          "the width, which the block must divide,");
  Value apart = n.reshape(x, {shape[0], shape[1], height, block, width, block});
  Value moved = n.transpose(apart, dcr ? ArrayRef<int64_t>{0, 3, 5, 1, 2, 4}
                                       : ArrayRef<int64_t>{0, 1, 3, 5, 2, 4});
  n.result(0, n.reshape(moved, {shape[0], shape[1] * DimExpr(block * block),
                                height, width}));
}

/// Col2Im: the columns of an image are added up where their blocks overlap: a
/// transposed convolution of the columns with unit filters, one per place in
/// the block, for each channel alone.
static void importCol2Im(Node &n) {
  Value x = n.in(0);
  Dims image = n.contents(n.in(1), "input 'image_shape'");
  SmallVector<int64_t> block = n.constantInts(n.in(2), "input 'block_shape'");
  int64_t spatial = int64_t(block.size());
  SmallVector<int64_t> dilations = n.integers("dilations"),
                       strides = n.integers("strides"),
                       pads = n.integers("pads");
  if (!n.hasAttr("dilations"))
    dilations.assign(size_t(spatial), 1);
  if (!n.hasAttr("strides"))
    strides.assign(size_t(spatial), 1);
  if (!n.hasAttr("pads"))
    pads.assign(size_t(2 * spatial), 0);
  if (!n.expectRank(x, 3, 3, "input") || n.failed())
    return;
  if (int64_t(image.size()) != spatial || int64_t(strides.size()) != spatial ||
      int64_t(dilations.size()) != spatial ||
      int64_t(pads.size()) != 2 * spatial || spatial == 0)
    return n.fail("image_shape, block_shape, strides, dilations and pads do "
                  "not have the same number of axes");
  if (!n.expectSmall(block, 1, "input 'block_shape'") ||
      !n.expectSmall(strides, 1, "attribute 'strides'") ||
      !n.expectSmall(dilations, 1, "attribute 'dilations'"))
    return;
  int64_t places = 1;
  for (int64_t size : block) {
    places *= size;
    if (!n.expectSmall(places, 1, "the places in a block"))
      return;
  }
  Shape shape = n.shape(x);
  DimExpr channels = DimExpr::floorDiv(shape[1], places);
  // [N, C * places, L] -> [N * C, grid..., places].
  Dims grid{shape[0] * channels}, result{shape[0] * channels};
  Dims low, final{shape[0], channels};
  for (int64_t i = 0; i < spatial; ++i) {
    DimExpr padded = image[size_t(i)] + DimExpr(pads[size_t(i)]) +
                     DimExpr(pads[size_t(i + spatial)]);
    grid.push_back(
        DimExpr::floorDiv(
            padded - DimExpr(dilations[size_t(i)] * (block[size_t(i)] - 1) + 1),
            strides[size_t(i)]) +
        1);
    low.push_back(pads[size_t(i)]);
    result.push_back(image[size_t(i)]);
    final.push_back(image[size_t(i)]);
  }
  DimExpr columns = graph::numElements(Dims(grid.begin() + 1, grid.end()));
  n.equal(columns, shape[2], "the number of columns");
  Value parts = n.reshape(x, {shape[0] * channels, places, shape[2]});
  grid.push_back(places);
  Value tiles = n.reshape(n.transpose(parts, {0, 2, 1}), grid);
  result.push_back(1);
  // filter[k..., c] = 1 where k is the place of channel c.
  Value row = n.unsqueeze(n.iota(places, n.i64()), {1});
  Value column = n.unsqueeze(n.iota(places, n.i64()), {0});
  Value unit = n.castLike(n.compare(CompareKind::Eq, row, column), x);
  Dims kernel(block.begin(), block.end());
  kernel.push_back(places);
  kernel.push_back(1);
  Value filter = n.reshape(unit, kernel);
  Value sum = n.shaped<graph::ConvTransposeOp>(
      result, n.element(x), tiles, filter, n.array(strides), n.array(dilations),
      n.dimsAttr(low), int64_t(1));
  n.result(0, n.reshape(sum, final));
}

llvm::ArrayRef<OpRow> onnximport::rearrangeOps() {
  static const OpRow rows[] = {
      {"Tile", 7, Newest, 2, 2, Any, importTile},
      {"DepthToSpace", 7, Newest, 1, 1, Any, importDepthToSpace},
      {"SpaceToDepth", 7, Newest, 1, 1, Any, importSpaceToDepth},
      {"Col2Im", 18, Newest, 3, 3, Number, importCol2Im,
       "a block shape that is computed"},
  };
  return rows;
}
