"""Every fault of a file or a row: its stable code and the sentence that says what to do."""

from dataclasses import dataclass


def mark(message: str) -> str:
    """Mark a message for the catalogues where it is kept; the doors translate it."""
    return message


FILE_FAULTS: dict[str, str] = {
    "empty_file": mark("The file is empty."),
    "no_rows": mark("The file has a header line but no rows."),
    "no_header": mark("The first line has no column names."),
    "header_broken": mark("The header line cannot be read. Check its quotes and the encoding."),
    "duplicate_header": mark("Two columns have the same name. Rename one of them."),
    "too_many_columns": mark("The file has more than 500 columns."),
    "too_many_rows": mark("The file has more than five million rows. Split it."),
    "file_too_large": mark("The file is larger than 512 MB. Split it."),
    "unknown_encoding": mark("This encoding is not offered."),
    "unknown_delimiter": mark("This delimiter is not offered."),
    "not_text": mark("This is no text file and no .xlsx workbook."),
    "old_excel": mark("Only .xlsx workbooks are read. Save it as .xlsx or CSV."),
    "macros": mark("Workbooks with macros are refused. Save it as .xlsx."),
    "encrypted": mark("The workbook has a password. Save it without one."),
    "archive_bomb": mark("The workbook unpacks to more than is allowed. Save it as CSV."),
    "workbook_broken": mark("The workbook cannot be read. Save it again, or as CSV."),
    "sheet_missing": mark("The workbook has no such sheet."),
    "nothing_mapped": mark("No column could be matched to a field. Map at least one."),
    "key_missing": mark("The mapping needs one more column. Map a field that identifies the row."),
    "column_missing": mark("A mapped column is not in the file."),
    "field_twice": mark("Two columns are mapped to the same field."),
    "unknown_field": mark("The mapping names a field that this kind does not have."),
    "unknown_preset": mark("There is no preset of this name for this kind."),
    "bad_format": mark("The mapping names a format that this field does not have."),
    "bad_mapping": mark("The mapping cannot be read."),
    "hotel_missing": mark("Say which hotel the rows belong to."),
}
"""What stops a whole file, and what to do about it."""

ROW_FAULTS: dict[str, str] = {
    # the shape of the line
    "unterminated_quote": mark("A quotation mark is opened and never closed."),
    "bad_quote": mark("Text follows a closing quotation mark. Double the marks inside a cell."),
    "line_too_long": mark("The line is longer than 1 MB."),
    "cell_too_long": mark("A cell is longer than 64 kB."),
    "bad_encoding": mark("The line does not fit the encoding of the file."),
    "control_characters": mark("The line holds characters that are not text."),
    "too_many_columns": mark("The line has more than 500 cells."),
    "too_few_cells": mark("The line has fewer cells than the header."),
    "too_many_cells": mark("The line has more cells than the header."),
    "mojibake": mark("The text was saved in a wrong encoding once. Export it anew."),
    # values
    "required": mark("This field must not be empty."),
    "too_long": mark("The value is too long."),
    "text_characters": mark("The value holds characters that are not text."),
    "not_a_choice": mark("This word is not known here. Write one of the known words."),
    "not_a_number": mark("Write a whole number."),
    "number_range": mark("The number is out of range."),
    "scientific": mark("The spreadsheet cut this number. Format the column as text."),
    "not_an_amount": mark("Write an amount such as 1234.50."),
    "amount_ambiguous": mark("Thousands or decimals? Choose the number format of the column."),
    "amount_decimals": mark("The amount has more decimals than its currency."),
    "amount_range": mark("The amount is out of range."),
    "not_a_currency": mark("Write a currency code such as CNY."),
    "not_a_date": mark("Write a date as YYYY-MM-DD."),
    "date_ambiguous": mark("Day or month first? Choose the date format of the column."),
    "date_serial": mark("This looks like a spreadsheet's day number. Format it as a date."),
    "date_two_digits": mark("Write the year with four digits."),
    "date_zone": mark("Write a plain date, without a time zone."),
    "date_impossible": mark("This day is not in the calendar."),
    "date_range": mark("The date is out of range."),
    "not_a_yes_or_no": mark("Write yes or no."),
    "not_a_country": mark("Write a country code such as CN."),
    "not_a_language": mark("Write a language code such as zh or en."),
    "not_a_phone": mark("This is no phone number."),
    "not_an_email": mark("This is no e-mail address."),
    "birthday_impossible": mark("This day does not exist in the calendar."),
    "birthday_common_year": mark("29 February does not exist in this year."),
    "birthday_no_leap_month": mark("This lunar year has no such leap month."),
    "birthday_short_month": mark("This lunar month has no 30th day in this year."),
    "birthday_leap_flag": mark("Only lunar birthdays can be in a leap month."),
    "birthday_future": mark("This birthday lies in the future."),
    "birthday_too_old": mark("Nobody in the file is older than 125 years."),
    "departure_before_arrival": mark("The departure is before the arrival."),
    "departure_missing": mark("The row needs a departure or the number of nights."),
    "nights_disagree": mark("The nights do not fit arrival and departure."),
    # keys
    "name_missing": mark("A guest needs a name."),
    "key_missing": mark("The row has nothing to recognise it by."),
    "duplicate_key": mark("The same key stands on an earlier line of the file."),
    "hotel_missing": mark("Say which hotel the row belongs to."),
    "hotel_unknown": mark("There is no hotel with this code, or it is not yours."),
    "stay_unknown": mark("No stay with this number is on file. Import the stays first."),
    "stay_several": mark("Several stays have this number. Map the booking number of its system."),
    "guest_unknown": mark("No guest with this number is on file. Import the guests first."),
    "member_taken": mark("This membership number belongs to another guest."),
    "member_unknown": mark("No membership with this number is on file."),
    "stay_of_another_hotel": mark("The number belongs to a stay of another hotel."),
    "points_below_zero": mark("The balance would fall below zero."),
    "refused": mark("A rule of the house refuses the row."),
    "declined": mark("Refused in the review."),
}
"""What rejects one row, and what to do about it."""

UNCLEAR_REASONS: dict[str, str] = {
    "several_guests": mark("More than one guest fits."),
    "name_differs": mark("The contact is known, but under another name."),
    "same_name_only": mark("A guest of the same name is on file, and nothing else tells."),
    "shared_contact": mark("The phone or address is shared by several guests."),
    "relay_contact": mark("An agency's forwarding address says nothing about the person."),
    "birthday_differs": mark("Name and contact fit, but the birthday differs."),
}
"""Why a row waits for a person."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why a row cannot come in: the column it is about and a code of `ROW_FAULTS`."""

    column: str
    code: str


class ValueRefused(Exception):
    """A single value cannot be read; carries the code only, never the value."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def sentence(code: str) -> str:
    """What to do about a row's or file's fault, or why it is unclear; English, translatable."""
    return ROW_FAULTS.get(code) or UNCLEAR_REASONS.get(code) or FILE_FAULTS.get(code) or code
