#!/usr/bin/env python3
"""Exports the eleven benchmark architectures to ONNX and strips their weights.

Run by hand when an architecture or the stripped format changes; the result, `graphs/<name>.onnx`, is committed.
Everything else needs only `generate.py`. Needs torch, torchvision, timm and transformers (versions in README.md) and
no network: every model is built from its configuration, with random weights.

    python export.py                    # all eleven
    python export.py resnet50 gpt2      # some
"""

import argparse
import pathlib
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

import onnx
import strip
import torch

GRAPHS = pathlib.Path(__file__).parent / "graphs"


@dataclass(frozen=True)
class Architecture:
    """How to build one network, and how to call and export it.

    `inputs` makes an example tensor for each input, by name; `dynamic` gives the symbolic dimensions of inputs and
    outputs. `exporter` is "trace" (the TorchScript exporter) or "dynamo": both are in use in the world, and their
    graphs differ, so the set has both. Only "trace" can keep BatchNormalization apart from its convolution.

    `gains` sets the scale of the random weights (see strip.py). The numbers were found by looking at the activations:
    smaller, and the biases drown the input; larger, and signals explode or attention sees one token only.
    """

    build: Callable[[], torch.nn.Module]
    inputs: Callable[[], dict[str, torch.Tensor]]
    outputs: tuple[str, ...]
    dynamic: dict[str, dict[int, str]]
    opset: int
    exporter: str
    gains: tuple[tuple[str, float], ...] = (("", 1.0),)
    keep_batch_norm: bool = False


def picture(size):
    return lambda: {"image": torch.randn(2, 3, size, size)}


def tokens(vocabulary, *names):
    """Token ids and the tensors that go with them, `[2, 128]` each: a mask with a padded tail, segment numbers."""

    def make():
        mask = torch.ones(2, 128, dtype=torch.int64)
        mask[1, 100:] = 0
        segments = torch.zeros(2, 128, dtype=torch.int64)
        segments[:, 64:] = 1
        every = {
            "input_ids": torch.randint(0, vocabulary, (2, 128)),
            "attention_mask": mask,
            "token_type_ids": segments,
        }
        return {name: every[name] for name in names}

    return make


class Outputs(torch.nn.Module):
    """Calls a network with its inputs by name and returns the named fields of its result as a tuple."""

    def __init__(self, network, input_names, fields, **fixed):
        super().__init__()
        self.network, self.input_names, self.fields, self.fixed = network, input_names, fields, fixed

    def forward(self, *args):
        result = self.network(**dict(zip(self.input_names, args, strict=True)), **self.fixed)
        return tuple(result[name] for name in self.fields)


class DetectorHeads(torch.nn.Module):
    """SSDlite's backbone and heads: box offsets `[N, anchors, 4]`, class logits `[N, anchors, 91]`, before any NMS."""

    def __init__(self, detector):
        super().__init__()
        self.backbone, self.head = detector.backbone, detector.head

    def forward(self, image):
        result = self.head(list(self.backbone(image).values()))
        return result["bbox_regression"], result["cls_logits"]


def torchvision_model(name, **kwargs):
    import torchvision

    return lambda: torchvision.models.get_model(name, weights=None, **kwargs)


def timm_model(name):
    def build():
        import timm

        return timm.create_model(name, pretrained=False)

    return build


def deeplab():
    import torchvision

    network = torchvision.models.segmentation.deeplabv3_mobilenet_v3_large(
        weights=None, weights_backbone=None, aux_loss=False
    )
    return Outputs(network, ("x",), ("out",))


def ssdlite():
    import torchvision

    return DetectorHeads(
        torchvision.models.detection.ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None)
    )


def bert():
    from transformers import BertConfig, BertModel

    config = BertConfig(attn_implementation="eager")
    return Outputs(
        BertModel(config), ("input_ids", "attention_mask", "token_type_ids"), ("last_hidden_state", "pooler_output")
    )


def gpt2():
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config(attn_implementation="sdpa")
    return Outputs(GPT2LMHeadModel(config), ("input_ids", "attention_mask"), ("logits",), use_cache=False)


def wav2vec2():
    from transformers import Wav2Vec2Config, Wav2Vec2Model

    config = Wav2Vec2Config(attn_implementation="eager")
    return Outputs(Wav2Vec2Model(config), ("input_values",), ("last_hidden_state",))


BATCH = {0: "batch"}
TOKENS = {0: "batch", 1: "length"}
IMAGE = {"image": BATCH, "logits": BATCH}


def every(gain):
    return (("", gain),)


# Two projections that meet in a Softmax need large logits, or every token attends to all alike. Where the norm follows
# the residual (BERT, wav2vec2), what attention adds has to be smaller than the residual, or after twelve layers all
# tokens are the same.
BERT_GAINS = (("query|key", 2.0), ("value", 0.5), ("attention/output", 0.7), ("", 1.0))
WAV2VEC2_GAINS = (("[qk]_proj", 2.0), ("v_proj", 0.5), ("out_proj", 0.7), ("conv_layers", 1.8), ("", 1.0))

ARCHITECTURES = {
    "resnet50": Architecture(
        torchvision_model("resnet50"), picture(224), ("logits",), IMAGE, 17, "trace", every(1.0), keep_batch_norm=True
    ),
    "mobilenet_v2": Architecture(
        torchvision_model("mobilenet_v2"), picture(224), ("logits",), IMAGE, 18, "dynamo", every(1.25)
    ),
    "efficientnet_b0": Architecture(
        torchvision_model("efficientnet_b0"), picture(224), ("logits",), IMAGE, 17, "trace", every(1.5)
    ),
    "convnext_tiny": Architecture(
        torchvision_model("convnext_tiny"), picture(224), ("logits",), IMAGE, 17, "trace", every(1.5)
    ),
    "vit_small_patch16_224": Architecture(
        timm_model("vit_small_patch16_224"), picture(224), ("logits",), IMAGE, 20, "dynamo", every(1.8)
    ),
    "swin_tiny": Architecture(
        timm_model("swin_tiny_patch4_window7_224"), picture(224), ("logits",), IMAGE, 18, "dynamo", every(2.0)
    ),
    "bert_base": Architecture(
        bert,
        tokens(30522, "input_ids", "attention_mask", "token_type_ids"),
        ("last_hidden_state", "pooler_output"),
        {
            "input_ids": TOKENS,
            "attention_mask": TOKENS,
            "token_type_ids": TOKENS,
            "last_hidden_state": TOKENS,
            "pooler_output": BATCH,
        },
        17,
        "trace",
        BERT_GAINS,
    ),
    "gpt2": Architecture(
        gpt2,
        tokens(50257, "input_ids", "attention_mask"),
        ("logits",),
        {"input_ids": BATCH, "attention_mask": BATCH, "logits": BATCH},
        20,
        "dynamo",
        every(1.7),
    ),
    "wav2vec2_base": Architecture(
        wav2vec2,
        lambda: {"input_values": torch.randn(2, 16000)},
        ("last_hidden_state",),
        {"input_values": BATCH, "last_hidden_state": BATCH},
        17,
        "trace",
        WAV2VEC2_GAINS,
    ),
    "deeplabv3_mobilenet_v3_large": Architecture(deeplab, picture(320), ("logits",), IMAGE, 18, "dynamo", every(1.25)),
    "ssdlite320": Architecture(
        ssdlite,
        picture(320),
        ("boxes", "logits"),
        {"image": BATCH, "boxes": BATCH, "logits": BATCH},
        17,
        "trace",
        every(1.1),
        keep_batch_norm=True,
    ),
}


@torch.no_grad()
def randomise(network):
    """Makes every parameter and statistic random: an exporter merges equal tensors and folds ones and zeros away."""
    statistics = [
        buffer for name, buffer in network.named_buffers() if "running" in name and buffer.is_floating_point()
    ]
    for tensor in [*network.parameters(), *statistics]:
        tensor.uniform_(0.5, 1.5)


def export(architecture, path):
    """Exports one network, weights and all, to `path`."""
    torch.manual_seed(0)
    network = architecture.build().eval()
    randomise(network)
    inputs = architecture.inputs()
    common = dict(input_names=list(inputs), output_names=list(architecture.outputs), opset_version=architecture.opset)
    if architecture.exporter == "trace":
        mode = torch.onnx.TrainingMode.PRESERVE if architecture.keep_batch_norm else torch.onnx.TrainingMode.EVAL
        torch.onnx.export(
            network,
            tuple(inputs.values()),
            path,
            dynamo=False,
            training=mode,
            dynamic_axes=architecture.dynamic,
            **common,
        )
    else:
        symbols = {}
        shapes = tuple(
            {
                axis: symbols.setdefault(symbol, torch.export.Dim(symbol))
                for axis, symbol in architecture.dynamic[name].items()
            }
            for name in inputs
        )
        # A network with forward(*args) wants its shapes as one tuple.
        shapes = (shapes,) if isinstance(network, Outputs) else shapes
        torch.onnx.export(
            network,
            tuple(inputs.values()),
            path,
            dynamo=True,
            dynamic_shapes=shapes,
            external_data=False,
            verbose=False,
            **common,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="architectures, all if none is given: " + ", ".join(ARCHITECTURES))
    arguments = parser.parse_args()
    GRAPHS.mkdir(exist_ok=True)
    for name in arguments.names or ARCHITECTURES:
        print(f"{name}: exporting", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            full = pathlib.Path(folder) / "full.onnx"
            export(ARCHITECTURES[name], full)
            model = onnx.load(full)
        strip.strip(model, ARCHITECTURES[name].gains)
        onnx.save(model, GRAPHS / f"{name}.onnx")


if __name__ == "__main__":
    main()
