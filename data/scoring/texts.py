"""Texts: the normal form of many texts, and which choice each of them names, as ``data.scoring.score`` has it for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.scoring.ragged import Column, Lists, Whole, flags, pairs, unfold, wholes
from data.scoring.score import normal

SPACES = r"[\t-\r\x1c-\x20]+"
"""What ``str.split`` takes for white space in ASCII."""
LETTERED = r"^(?P<opened>\(?)(?P<letter>[a-z])(?P<closed>[.):]?)(?: (?P<rest>.*))?$"
"""A normal text that may be the letter of a choice, alone or before the choice's text."""
HEADS = ("", ".", "()", ")", ":")
"""What stands around a letter; before a text it cannot be nothing."""
NO_NAME = -2
"""Stands for a choice that is not there; a text that is no choice is -1."""


@dataclass(frozen=True)
class Choices:
    """The choices of many samples: distinct normal texts, and for each sample's choices which of them they are."""

    lists: Lists
    names: Whole
    """Of every choice of every sample, and a last one that is none."""
    vocabulary: Column


def normal_texts(texts: Column) -> Column:
    """Texts without differences of case and white space; null stays null."""
    plain: Any = pc.ascii_trim(pc.replace_substring_regex(pc.ascii_lower(texts), pattern=SPACES, replacement=" "), characters=" ")
    is_odd = ~flags(pc.string_is_ascii(texts)) & flags(pc.is_valid(texts))
    if not is_odd.any():
        return plain
    odd = pa.array(is_odd)
    return pc.replace_with_mask(plain, odd, pa.array([normal(text) for text in texts.filter(odd).to_pylist()]))


def choices_of(column: Column) -> Choices:
    """The choices of a column of lists of texts."""
    offsets, values = unfold(column)
    coded = values.dictionary_encode()
    texts = normal_texts(coded.dictionary)
    vocabulary: Any = pc.unique(texts)
    names = wholes(pc.index_in(texts, value_set=vocabulary, skip_nulls=True))
    return Choices(Lists.at(offsets), np.append(names, NO_NAME)[np.append(wholes(coded.indices), -1)], vocabulary)


def choice_indices(texts: Column, samples: Whole, choices: Choices) -> Whole:
    """For each normal text the place of the choice that it names among its sample's; -1 where it names none."""
    coded = texts.dictionary_encode(null_encoding="encode")
    texts, codes = coded.dictionary, wholes(coded.indices)
    names = wholes(pc.index_in(texts, value_set=choices.vocabulary, skip_nulls=True))[codes]
    items, values = pairs(samples, choices.lists)
    is_named = choices.names[values] == names[items]
    found = np.full(len(samples), -1)
    places = (values - choices.lists.starts[samples][items])[is_named]
    found[items[is_named][::-1]] = places[::-1]
    return np.where(found >= 0, found, _lettered(texts, codes, samples, choices))


def _lettered(texts: Column, codes: Whole, samples: Whole, choices: Choices) -> Whole:
    """The place of the choice that a text names by its letter; ``codes`` are the numbers of the texts meant."""
    parts: Any = pc.extract_regex(texts, pattern=LETTERED)
    letter, rest = pc.struct_field(parts, "letter"), pc.struct_field(parts, "rest")
    head: Any = pc.binary_join_element_wise(pc.struct_field(parts, "opened"), pc.struct_field(parts, "closed"), "")
    place = wholes(pc.index_in(letter, value_set=pa.array(list("abcdefghijklmnopqrstuvwxyz"))))
    form, is_alone = wholes(pc.index_in(head, value_set=pa.array(HEADS)))[codes], flags(pc.equal(rest, pa.scalar("")))[codes]
    place = place[codes]
    is_there = (form >= 0) & (place >= 0) & (place < choices.lists.counts[samples])
    at = np.where(is_there, choices.lists.starts[samples] + place, -1)
    said = wholes(pc.index_in(rest, value_set=choices.vocabulary, skip_nulls=True))[codes]
    names = choices.names[at]
    return np.where(is_there & (is_alone | ((form > 0) & (said == names))), place, -1)
