"""Functions whose names say what they compute, such as `is_prime`, each with calls and their right results."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BEFORE = frozenset(("get", "find", "calc", "calculate", "compute", "my", "the", "do", "return", "check", "determine"))
_AFTER = frozenset(("recursive", "rec", "recursion", "iterative", "loop", "func", "function", "v1", "v2", "1", "2"))

_TABLE = """
is_prime isprime prime prime_number is_prime_number: 7 -> True; 2 -> True; 9 -> False; 8 -> False; 15 -> False;
    4 -> False
is_even iseven even: 4 -> True; 3 -> False; 0 -> True
is_odd isodd odd: 3 -> True; 4 -> False
is_positive: 3 -> True; -2 -> False
is_negative: -3 -> True; 2 -> False
is_leap_year is_leap leap_year isleap: 2024 -> True; 2023 -> False; 2000 -> True; 1900 -> False
is_palindrome palindrome ispalindrome: 'level' -> True; 'noon' -> True; 'hello' -> False; 'abca' -> False; 'a' ->
    True; 'ab' -> False
is_anagram are_anagrams anagram anagrams: 'listen', 'silent' -> True; 'abc', 'abd' -> False; 'aab', 'abb' -> False
is_vowel: 'a' -> True; 'u' -> True; 'b' -> False
is_sorted issorted: [1, 2, 5] -> True; [3, 1, 2] -> False; [1, 3, 2] -> False
is_perfect is_perfect_number perfect_number: 6 -> True; 28 -> True; 12 -> False
is_armstrong is_armstrong_number armstrong: 153 -> True; 154 -> False
is_power_of_two power_of_two: 8 -> True; 6 -> False; 1 -> True
is_divisible divisible is_divisible_by: 10, 5 -> True; 10, 3 -> False
is_multiple: 10, 5 -> True; 10, 3 -> False
is_square is_perfect_square perfect_square: 9 -> True; 8 -> False
is_unique all_unique has_unique_characters is_all_unique: 'abc' -> True; 'abca' -> False; 'aab' -> False
has_duplicates has_duplicate contains_duplicate contains_duplicates: [1, 2, 1] -> True; [1, 2, 3] -> False
has_digit contains_digit has_number: 'abc1' -> True; '1abc' -> True; 'abc' -> False
has_upper has_uppercase contains_uppercase: 'abC' -> True; 'Abc' -> True; 'abc' -> False
all_positive are_all_positive: [1, 2] -> True; [1, -2] -> False; [-1, 2] -> False
all_even: [2, 4] -> True; [2, 3] -> False; [3, 2] -> False
has_even any_even contains_even: [1, 2] -> True; [2, 1] -> True; [1, 3] -> False
contains has in_list is_in_list: [4, 7], 7 -> True; [4, 7], 4 -> True; [4, 7], 5 -> False
valid_percent is_valid_percent: 50 -> True; 150 -> False; -1 -> False
factorial fact fac: 3 -> 6; 5 -> 120; 1 -> 1
clamp limit_to: 15, 0, 10 -> 10; -1, 0, 10 -> 0; 5, 0, 10 -> 5
max_of_three max_of_3 max_three max3 largest_of_three biggest_of_three maximum_of_three: 1, 5, 2 -> 5; 9, 2, 4 -> 9;
    1, 2, 6 -> 6
min_of_three min3 smallest_of_three: 4, 1, 6 -> 1; 1, 4, 6 -> 1; 6, 4, 2 -> 2
max_of_two max2 larger bigger: 3, 9 -> 9; 9, 3 -> 9
remove_negatives: [1, -1, -2, 3] -> [1, 3]; [-5, 2] -> [2]
power pow exponent raise_to_power exp power_of: 2, 3 -> 8; 3, 2 -> 9; 5, 1 -> 5; 4, 0 -> 1
square squared: 3 -> 9; 5 -> 25 | 3 -> 4; 5 -> 16
cube cubed: 2 -> 8; 3 -> 27
double: 3 -> 6; 4 -> 8
triple: 2 -> 6; 5 -> 15
half halve: 8 -> 4; 10 -> 5
add sum_two add_numbers add_two_numbers sum_of_two addition: 2, 3 -> 5; 4, 1 -> 5; 0, 7 -> 7
subtract sub minus subtraction difference_of: 7, 2 -> 5; 5, 4 -> 1
multiply mul times multiplication product_of_two: 3, 4 -> 12; 2, 5 -> 10
divide div division: 8, 2 -> 4; 9, 3 -> 3
absolute absolute_value abs_value my_abs: -4 -> 4; 3 -> 3
gcd greatest_common_divisor hcf: 12, 18 -> 6; 7, 3 -> 1; 10, 5 -> 5
lcm least_common_multiple lowest_common_multiple: 4, 6 -> 12; 3, 5 -> 15
sign signum get_sign: 5 -> 1; -3 -> -1 | 5 -> 'positive'; -3 -> 'negative' | 5 -> '+'; -3 -> '-'
fibonacci fib nth_fibonacci fibonacci_number: 6 -> 8; 7 -> 13; 2 -> 1 | 6 -> 5; 7 -> 8; 2 -> 1 | 6 -> 13; 7 -> 21; 2
    -> 2
sum_to sum_up_to sum_to_n sum_n sum_of_n sumup sum_first_n sum_of_first_n: 5 -> 15; 3 -> 6; 1 -> 1
sum_digits digit_sum sum_of_digits digits_sum add_digits sumdigits: 123 -> 6; 9 -> 9; 405 -> 9
count_digits number_of_digits num_digits digit_count: 123 -> 3; 7 -> 1; 4050 -> 4
reverse_number reverse_int reverse_integer reverse_digits: 123 -> 321; 45 -> 54
countdown count_down: 3 -> [3, 2, 1] | 3 -> [3, 2, 1, 0]
collatz collatz_steps: 6 -> 8; 1 -> 0 | 6 -> 9; 1 -> 1
celsius_to_fahrenheit to_fahrenheit c_to_f celsius2fahrenheit convert_to_fahrenheit c2f: 100 -> 212; 0 -> 32; 37 ->
    98.6
fahrenheit_to_celsius to_celsius f_to_c convert_to_celsius f2c: 212 -> 100; 32 -> 0; 50 -> 10
hours_to_minutes: 2 -> 120
minutes_to_seconds: 3 -> 180
hours_to_seconds: 2 -> 7200
seconds_to_minutes: 125 -> (2, 5) | 125 -> 2 | 125 -> 2.08333
to_seconds: 1, 2, 3 -> 3723; 0, 1, 1 -> 61 | 2, 5 -> 125; 0, 5 -> 5 | 2, 5 -> 7500; 1, 0 -> 3600
hypotenuse hypot pythagoras: 3, 4 -> 5; 6, 8 -> 10
distance euclidean_distance: 0, 0, 3, 4 -> 5; 1, 1, 4, 5 -> 5 | 0, 3, 0, 4 -> 5; 1, 4, 1, 5 -> 5
circle_area area_of_circle area_circle: 2 -> 12.566; 1 -> 3.1416; 3 -> 28.274
circumference circle_circumference circle_perimeter: 2 -> 12.566; 1 -> 6.2832
rectangle_area area_of_rectangle area_rectangle: 3, 5 -> 15; 2, 4 -> 8
rectangle_perimeter perimeter_of_rectangle: 3, 5 -> 16; 2, 4 -> 12
square_area area_of_square: 3 -> 9; 5 -> 25
square_perimeter: 3 -> 12; 5 -> 20
triangle_area area_of_triangle area_triangle: 6, 4 -> 12; 3, 2 -> 3; 3, 4, 5 -> 6
triangle_perimeter: 3, 4, 5 -> 12
cube_volume: 3 -> 27
box_volume volume_of_box cuboid_volume: 2, 3, 4 -> 24
is_triangle valid_triangle is_valid_triangle: 3, 4, 5 -> True; 1, 2, 9 -> False; 9, 1, 2 -> False
average avg mean average_of get_avg list_average average_list: [1, 2] -> 1.5; [2, 4, 6] -> 4; [5] -> 5; 4, 8 -> 6;
    1, 2, 6 -> 3
median: [3, 1, 2] -> 2; [5, 9, 1] -> 5; [4, 1, 3, 2] -> 2.5
mode: [1, 2, 2, 3] -> 2; [5, 5, 1] -> 5
sum_list list_sum sum_of_list total sum_all my_sum sum_numbers sum_array total_sum array_sum: [1, 2, 3] ->
    6; [5] -> 5; [-1, 4] -> 3
sum_even sum_evens sum_of_evens sum_even_numbers sum_of_even_numbers: [1, 2, 3, 4] -> 6; [6, 8] -> 14
sum_odd sum_odds sum_of_odds sum_odd_numbers: [1, 2, 3, 4] -> 4; [5, 7] -> 12
sum_positive sum_positives: [1, -2, 3] -> 4; [-5, 2] -> 2
sum_squares sum_of_squares: [1, 2, 3] -> 14; [3] -> 9; 3 -> 14; 1 -> 1
product product_list product_of_list multiply_list list_product multiply_all: [2, 3, 4] -> 24; [5] -> 5; [1, 7] -> 7
largest max maximum find_max biggest greatest max_value my_max find_maximum highest largest_number max_num
    maximum_value get_maximum max_of_list list_max max_list find_biggest find_highest: [3, 9, 4] -> 9; [1, 2, 8] ->
    8; [7, 2, 1] -> 7; [-3, -1] -> -1; 3, 9 -> 9; 9, 3 -> 9; 1, 5, 2 -> 5; 7, 2, 1 -> 7; 1, 2, 6 -> 6
smallest min minimum lowest min_value my_min smallest_number find_minimum min_num list_min min_list least: [4, 2, 8]
    -> 2; [1, 5, 7] -> 1; [9, 8, 3] -> 3; [-3, -1] -> -3; 3, 9 -> 3; 9, 3 -> 3; 4, 1, 6 -> 1; 1, 4, 6 -> 1; 6, 4, 2
    -> 2
second_largest second_highest second_biggest second_max: [5, 1, 9, 7] -> 7; [2, 8, 4] -> 4; [9, 3, 1] -> 3
second_smallest second_lowest: [5, 1, 9, 7] -> 5; [2, 8, 4] -> 4
range_of spread: [3, 9, 4] -> 6
max_index index_of_max argmax: [3, 9, 4] -> 1; [8, 1, 2] -> 0
min_index index_of_min argmin: [3, 1, 4] -> 1; [8, 9, 2] -> 2
count_even count_evens count_even_numbers number_of_evens: [1, 2, 4] -> 2; [2] -> 1; [1, 3] -> 0
count_odd count_odds count_odd_numbers: [1, 2, 3] -> 2; [5] -> 1; [2, 4] -> 0
count_positive count_positives: [1, -2, 3] -> 2; [-1, 5] -> 1
count_negative count_negatives: [-1, -2, 3] -> 2; [4, -5] -> 1
get_evens evens even_numbers filter_even filter_evens only_even only_evens: [1, 2, 3, 4] -> [2, 4]; [2, 6] -> [2, 6]
odds odd_numbers filter_odd filter_odds only_odd only_odds: [1, 2, 3] -> [1, 3]; [5, 7] -> [5, 7]
positives positive_numbers filter_positive only_positive: [1, -2, 3] -> [1, 3]
squares square_all square_list square_numbers: [1, 2, 3] -> [1, 4, 9]; [4] -> [16]; 3 -> [1, 4, 9] | 3 -> [0, 1, 4]
    | 3 -> [0, 1, 4, 9]
double_all double_list doubled double_numbers: [1, 2] -> [2, 4]; [5] -> [10]
first first_element first_item: [4, 7, 9] -> 4
last last_element last_item: [4, 7, 9] -> 9; [5] -> 5
unique remove_duplicates unique_items get_unique dedupe unique_list distinct: [3, 1, 3, 2] -> [3, 1, 2]; [5, 5] ->
    [5] | [3, 1, 3, 2] -> [1, 2, 3]; [5, 5] -> [5]
reverse_list reversed_list reverse_array: [1, 2, 3] -> [3, 2, 1]; [4, 5] -> [5, 4]
flatten flatten_list: [[1, 2], [3]] -> [1, 2, 3]; [[4], [5, 6]] -> [4, 5, 6]
merge_sorted merge_sorted_lists: [1, 4], [2, 3] -> [1, 2, 3, 4]; [1], [5, 6] -> [1, 5, 6]; [7, 8], [2] -> [2, 7, 8]
merge_sort bubble_sort selection_sort insertion_sort quick_sort quicksort sort_list bubblesort sort_numbers
    sort_ascending mergesort: [3, 1, 2] -> [1, 2, 3]; [5, 4, 9, 1] -> [1, 4, 5, 9]; [2, 1] -> [1, 2]
linear_search linearsearch sequential_search: [4, 7, 9], 7 -> 1; [4, 7, 9], 4 -> 0; [4, 7, 9], 9 -> 2; [4, 7], 5 ->
    -1 | [4, 7, 9], 7 -> True; [4, 7, 9], 4 -> True; [4, 7, 9], 9 -> True; [4, 7], 5 -> False | [4, 7, 9], 7 -> 1;
    [4, 7, 9], 4 -> 0; [4, 7, 9], 9 -> 2; [4, 7], 5 -> None
binary_search binarysearch bin_search: [1, 3, 5, 7], 3 -> 1; [1, 3, 5, 7], 7 -> 3; [1, 3, 5, 7], 1 -> 0; [1, 3, 5],
    4 -> -1 | [1, 3, 5, 7], 3 -> True; [1, 3, 5, 7], 7 -> True; [1, 3, 5, 7], 1 -> True; [1, 3, 5], 4 -> False | [1,
    3, 5, 7], 3 -> 1; [1, 3, 5, 7], 7 -> 3; [1, 3, 5, 7], 1 -> 0; [1, 3, 5], 4 -> None
count_occurrences occurrences count_item count_element: [1, 2, 1], 1 -> 2; [4, 5], 9 -> 0; 'banana', 'a' -> 3;
    'abc', 'c' -> 1
count_char count_character count_letter count_chars char_count count_letters letter_count: 'banana', 'a' -> 3;
    'abc', 'c' -> 1; 'abc', 'x' -> 0
count_vowels vowel_count vowels number_of_vowels num_vowels countvowels: 'banana' -> 3; 'hello' -> 2; 'sky' -> 0;
    'idea' -> 3
count_consonants: 'banana' -> 3; 'hello' -> 3
count_words word_count number_of_words: 'one two three' -> 3; 'hello' -> 1
count_upper count_uppercase count_capitals: 'AbC' -> 2; 'abc' -> 0
reverse_string reverse_text reverse_word reversed_string string_reverse reverse_str: 'ab' -> 'ba'; 'hello' ->
    'olleh'; 'x' -> 'x'
reverse: 'ab' -> 'ba'; 'hello' -> 'olleh'; [1, 2, 3] -> [3, 2, 1]
reverse_words: 'one two' -> 'two one' | 'one two' -> 'eno owt'
remove_vowels delete_vowels without_vowels strip_vowels: 'education' -> 'dctn'; 'sky' -> 'sky'; 'apple' -> 'ppl'
remove_spaces delete_spaces: 'a b c' -> 'abc'; 'hi' -> 'hi'
remove_char remove_character remove_letter: 'banana', 'a' -> 'bnn'
capitalize_words title_case: 'one two' -> 'One Two'
longest_word longest find_longest longest_string: ['a', 'abcd', 'abc'] -> 'abcd'; ['banana', 'kiwi', 'zoo'] ->
    'banana'; 'a bigger one' -> 'bigger'
shortest_word shortest shortest_string: ['aaa', 'bb', 'cccc'] -> 'bb'; ['fig', 'pear'] -> 'fig'
initials: 'Ada Byron' -> 'AB' | 'Ada Byron' -> 'A.B.' | 'Ada Byron' -> 'A. B.' | 'Ada Byron' -> 'A B'
full_name: 'Ada', 'Byron' -> 'Ada Byron'
to_binary decimal_to_binary dec_to_bin int_to_binary: 5 -> '101'; 8 -> '1000'; 1 -> '1'
binary_to_decimal bin_to_dec to_decimal: '101' -> 5; '1000' -> 8
swap swap_values: 1, 2 -> (2, 1)
divisors factors get_factors find_divisors: 6 -> [1, 2, 3, 6]; 7 -> [1, 7] | 6 -> [1, 2, 3]; 7 -> [1]
primes primes_up_to prime_numbers list_primes: 10 -> [2, 3, 5, 7]; 5 -> [2, 3, 5] | 11 -> [2, 3, 5, 7]; 5 -> [2, 3]
word_frequency word_frequencies count_word_frequency: 'a b a' -> {'a': 2, 'b': 1}
letter_frequency char_frequency letter_counts frequency: 'aab' -> {'a': 2, 'b': 1}
"""
"""Names, then calls with their results: `arguments -> result`. `|` stands between the meanings that a name may have."""


@dataclass(frozen=True, slots=True)
class Check:
    """A call of a well-known function by its arguments, and the right result."""

    arguments: tuple[Any, ...]
    result: Any


Reading = tuple[Check, ...]
"""What a name may mean: calls and results that belong together."""


def readings_of(name: str) -> tuple[Reading, ...]:
    """Return what the name of a function may mean; nothing for a name that is not in the table."""
    words = _CAMEL.sub("_", name).lower().strip("_").split("_")
    while words and words[-1] in _AFTER:
        words = words[:-1]
    found = _table().get("_".join(words))
    while found is None and len(words) > 1 and words[0] in _BEFORE:
        words = words[1:]
        found = _table().get("_".join(words))
    return _parsed(found) if found is not None else ()


@cache
def _table() -> dict[str, str]:
    found = {}
    for line in _TABLE.strip().replace("\n    ", " ").split("\n"):
        names, _, checks = line.partition(":")
        found.update(dict.fromkeys(names.split(), checks))
    return found


@cache
def _parsed(text: str) -> tuple[Reading, ...]:
    return tuple(tuple(_check(check) for check in reading.split(";")) for reading in text.split("|"))


def _check(text: str) -> Check:
    arguments, _, result = text.partition("->")
    return Check(ast.literal_eval(f"({arguments.strip()},)"), ast.literal_eval(result.strip()))
