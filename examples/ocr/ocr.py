"""Reads the text off a picture: PP-OCRv4's detector finds the lines, its
recogniser reads them. Both networks are compiled once; the modules serve every
size of picture and every number and length of lines.

    python ocr.py PICTURE              # any picture that Pillow can read
    python ocr.py --demo               # a picture of a few street signs, drawn by signs.py

It prints what it read and where the time went, and writes the picture with the
boxes. The networks come inside the PyPI package rapidocr-onnxruntime.
"""

import argparse
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import tilewright as tw
from PIL import Image, ImageDraw

from boxes import find_boxes
from signs import draw_signs

DETECTOR = "ch_PP-OCRv4_det_infer.onnx"
RECOGNISER = "ch_PP-OCRv4_rec_infer.onnx"
LINE_HEIGHT = 48  # What the recogniser was trained on.
MIN_LINE_WIDTH = 320


class Clock:
    """Adds up the seconds of named steps, in the order in which they came."""

    def __init__(self):
        self.seconds = {}

    def __call__(self, step, function, *arguments):
        start = time.perf_counter()
        result = function(*arguments)
        self.seconds[step] = self.seconds.get(step, 0) + time.perf_counter() - start
        return result


def to_tensor(image):
    """An image as a network wants it: (3, H, W), blue green red, -1 to 1."""
    pixels = np.asarray(image, dtype=np.float32)[:, :, ::-1] / 127.5 - 1
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def run(model, x):
    """The only output of a model with one input."""
    (output,) = model.run({model.inputs[0].name: x}).values()
    return output


# Detector.


def detector_input(picture, short_side=736):
    """The picture with its short side about `short_side` pixels (more finds smaller
    text and takes longer) and both sides multiples of 32, as (1, 3, H, W)."""
    scale = short_side / min(picture.size)
    size = [max(32, round(side * scale / 32) * 32) for side in picture.size]
    return to_tensor(picture.resize(size, Image.Resampling.BILINEAR))[None]


def boxes_in_picture(probability, picture):
    """The boxes in the detector's output (1, 1, H, W), in the picture's pixels."""
    found = find_boxes(probability[0, 0])
    scale = np.array(picture.size) / probability.shape[:1:-1]
    for box in found:
        box.corners = box.corners * scale
    return found


# Recogniser.


def cut_out(picture, box):
    """The part of the picture in a box, upright, as high as the recogniser wants."""
    along, across = box.size
    top_left, top_right, bottom_right, bottom_left = box.corners
    corners = np.concatenate([top_left, bottom_left, bottom_right, top_right])
    size = max(1, round(along)), max(1, round(across))
    line = picture.transform(size, Image.Transform.QUAD, tuple(corners), Image.Resampling.BICUBIC)
    width = max(1, round(LINE_HEIGHT * along / across))
    return line.resize((width, LINE_HEIGHT), Image.Resampling.BILINEAR)


def recogniser_input(picture, found):
    """All lines of the picture as one batch (N, 3, 48, W), padded on the right."""
    lines = [to_tensor(cut_out(picture, box)) for box in found]
    width = max(MIN_LINE_WIDTH, *(line.shape[2] for line in lines))
    batch = np.zeros((len(lines), 3, LINE_HEIGHT, width), np.float32)
    for index, line in enumerate(lines):
        batch[index, :, :, : line.shape[2]] = line
    return batch


def alphabet(model):
    """What each class of the recogniser stands for: class 0 is CTC's blank, then
    the characters in the model's metadata, then the space."""
    return ["", *model.metadata["character"].splitlines(), " "]


def decode(probability, characters):
    """CTC: the most likely class of each position, repetitions merged, blanks
    dropped. (N, T, classes) -> list of (text, mean probability of its characters)."""
    texts = []
    for classes, values in zip(probability.argmax(axis=2), probability.max(axis=2)):
        keep = (classes != 0) & np.insert(classes[1:] != classes[:-1], 0, True)
        text = "".join(characters[index] for index in classes[keep])
        texts.append((text, float(values[keep].mean()) if keep.any() else 0.0))
    return texts


# The program.


def compile_network(name, folder, threads):
    """The compiled network. The module is kept in `folder` and loaded from there
    the next time, unless the model or Tilewright is newer."""
    model = Path(find_spec("rapidocr_onnxruntime").submodule_search_locations[0]) / "models" / name
    module = folder / model.with_suffix(".twm").name
    made_of = [model, *Path(tw.__file__).parent.glob("*.so")]
    if not module.exists() or module.stat().st_mtime < max(file.stat().st_mtime for file in made_of):
        tw.compile(model).save(module)
    return tw.load(module, threads=threads)


def draw_boxes(picture, found):
    marked = picture.copy()
    draw = ImageDraw.Draw(marked)
    for box in found:
        draw.polygon([tuple(corner) for corner in box.corners], outline=(255, 0, 200), width=4)
    return marked


def read(picture, detector, recogniser, clock):
    """The boxes in the picture and, for each, its text and how sure it is."""
    x = clock("prepare the picture", detector_input, picture)
    probability = clock("detector", run, detector, x)
    found = clock("find the boxes", boxes_in_picture, probability, picture)
    if not found:
        return [], []
    lines = clock("cut out the lines", recogniser_input, picture, found)
    probability = clock("recogniser", run, recogniser, lines)
    return found, clock("decode", decode, probability, alphabet(recogniser))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", nargs="?", type=Path)
    parser.add_argument("--demo", action="store_true", help="read a picture of street signs")
    parser.add_argument("--output", type=Path, default=Path("ocr-output"), help="folder for modules and pictures")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if options.demo == (options.picture is not None):
        parser.error("give a picture or --demo")

    options.output.mkdir(parents=True, exist_ok=True)
    picture = draw_signs() if options.demo else Image.open(options.picture).convert("RGB")
    clock = Clock()
    detector = clock("compile or load the detector", compile_network, DETECTOR, options.output, options.threads)
    recogniser = clock("compile or load the recogniser", compile_network, RECOGNISER, options.output, options.threads)
    found, texts = read(picture, detector, recogniser, clock)

    print(f"{len(texts)} lines of text:")
    for text, score in texts:
        print(f"  {score:.2f}  {text}")
    print("time:")
    for step, seconds in clock.seconds.items():
        print(f"  {seconds * 1000:8.1f} ms  {step}")
    marked = options.output / "boxes.png"
    draw_boxes(picture, found).save(marked)
    print(f"the picture with the boxes: {marked}")
    return 0 if texts else 1


if __name__ == "__main__":
    sys.exit(main())
