// Values in, the text that people read out.
import type { State, Value, Verdict } from "./data";

export const STATES: Record<State, string> = {
  "under-trained": "under-trained",
  "well-trained": "well-trained",
  "over-trained": "over-trained",
  "no-fit": "no fit",
};

export const WORDS: Record<Verdict["word"], string> = {
  "enough-data": "Enough data",
  "not-enough-data": "Not enough data",
  uncertain: "Uncertain",
  "no-fit": "No verdict",
};

/** A number in four significant digits; whole numbers whole. */
export function short(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined) return "–";
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return minus(String(value));
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    const [mantissa, exponent] = value.toExponential(digits - 2).split("e");
    return `${minus(mantissa!)}·10${superscript(Number(exponent))}`;
  }
  return minus(value.toFixed(Math.max(0, Math.min(6, digits - 1 - Math.floor(Math.log10(size || 1))))));
}

/** Two decimals, as alphas are written. */
export function two(value: number | null): string {
  return value === null ? "–" : minus(value.toFixed(2));
}

/** A difference with its sign. */
export function signed(value: number | null): string {
  if (value === null) return "–";
  const text = value.toFixed(2);
  if (Number(text) === 0) return "0.00";
  return Number(text) > 0 ? `+${text}` : minus(text);
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 1 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** A value with all its digits, as tables for machines have it. */
export function exact(value: Value | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

export function superscript(value: number): string {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  return String(value).replace(/[-0-9]/g, (sign) => (sign === "-" ? "⁻" : digits[Number(sign)]!));
}

/** Powers of ten, as axes write them. */
export function power(value: number): string {
  const exponent = Math.log10(value);
  return Math.abs(exponent - Math.round(exponent)) < 1e-9 ? `10${superscript(Math.round(exponent))}` : "";
}

export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  const units = ["kB", "MB", "GB", "TB"];
  const step = Math.min(units.length, Math.floor(Math.log10(size) / 3));
  return `${(size / 1000 ** step).toPrecision(3)} ${units[step - 1]}`;
}

export function plural(count: number, thing: string): string {
  return count === 1 ? `1 ${thing}` : `${count} ${thing}s`;
}

function minus(text: string): string {
  return text.replace("-", "−");
}
