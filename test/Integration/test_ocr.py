"""PP-OCRv4 with its real weights: one dynamic module each, at many sizes."""

import numpy as np
import pytest
from PIL import Image

from networks import check, in_package, reference_session, verify

import ocr
import signs

MODELS = {
    "detector": "ch_PP-OCRv4_det_infer.onnx",
    "recogniser": "ch_PP-OCRv4_rec_infer.onnx",
    "classifier": "ch_ppocr_mobile_v2.0_cls_infer.onnx",
}


def file(name):
    return in_package("rapidocr_onnxruntime", "models") / MODELS[name]


@pytest.fixture(scope="module")
def compare(networks):
    """Runs a network on an input, here and in ONNX Runtime; returns the output."""
    sessions = {}

    def run(name, x):
        path = file(name)
        if name not in sessions:
            sessions[name] = reference_session(path)
        session = sessions[name]
        (output,) = check(networks.compiled(path), session, {session.get_inputs()[0].name: x}, scale=1).values()
        return output

    return run


@pytest.fixture(scope="module")
def picture():
    return signs.draw_signs()


def at_size(picture, width, height):
    return ocr.to_tensor(picture.resize((width, height), Image.Resampling.BILINEAR))


def lines(picture, count, width):
    """`count` parts of the picture with text in them, as the recogniser wants them: (count, 3, 48, width)."""
    crops = [(310, 50, 790, 160), (830, 110, 1160, 205), (35, 420, 315, 515), (341, 325, 751, 440), (845, 470, 1145, 554)]
    return np.stack([at_size(picture.crop(crops[i % len(crops)]), width, 48) for i in range(count)])


# Pictures of any size: square, wide, tall, as small as one step of the network's, and a batch.
@pytest.mark.parametrize(
    "width, height", [(32, 32), (64, 32), (96, 160), (224, 224), (320, 192), (352, 480), (640, 416), (928, 64)]
)
def test_detector_sizes(compare, picture, width, height):
    compare("detector", at_size(picture, width, height)[None])


# Several pictures at once.
def test_detector_batch(compare, picture):
    half = picture.crop((0, 0, 600, 800))
    compare("detector", np.stack([at_size(picture, 256, 192), at_size(half, 256, 192), at_size(picture, 256, 192)]))


# The detector finds the lines of the whole picture.
def test_detector_finds_the_lines(compare, picture):
    probability = compare("detector", ocr.detector_input(picture))
    assert len(ocr.boxes_in_picture(probability, picture)) == len(signs.TEXTS)


# Lines of any number and length.
@pytest.mark.parametrize(
    "count, width",
    [(1, 320), (1, 48), (1, 16), (1, 8), (1, 100), (1, 333), (2, 320), (3, 64), (4, 161), (5, 96), (7, 40), (8, 200)],
)
def test_recogniser_sizes(compare, picture, count, width):
    compare("recogniser", lines(picture, count, width))


# Batches, and pictures that are not of the size that the classifier was trained on (at 32 rows its last pooling has a
# window larger than the picture: ONNX Runtime makes a row of it, where the formula says none).
@pytest.mark.parametrize("count, height, width", [(1, 48, 192), (2, 48, 192), (6, 48, 192), (3, 40, 100), (1, 64, 256)])
def test_classifier_sizes(compare, picture, count, height, width):
    pictures = lines(picture, count, width)
    rows = np.linspace(0, 47, height).round().astype(int)
    compare("classifier", np.ascontiguousarray(pictures[:, :, rows]))


# Each kernel gives what the reference gives.
@pytest.mark.parametrize(
    "name, x",
    [
        ("detector", lambda picture: at_size(picture, 96, 160)[None]),
        ("recogniser", lambda picture: lines(picture, 2, 100)),
        ("classifier", lambda picture: lines(picture, 2, 192)),
    ],
    ids=list(MODELS),
)
def test_kernels(networks, picture, name, x):
    model = networks.compiled(file(name))
    verify(model, {model.inputs[0].name: x(picture)})
