/**
 * Which files of a day to read so that every row counts once: raw parts, or the roll-ups that were made from them. Pure.
 *
 * A part is known by the leaves it holds: its own name, or, of a merged part, the names of the written parts that went into it.
 * A roll-up lists the leaves that it covers. Raw parts are pruned only when a roll-up covers them, and parts that are covered are
 * never merged with such that are not, so that a roll-up whose raw parts are gone shares no leaf with a raw part.
 */

import { basename, dirname } from 'node:path';
import type { Part } from './parts.ts';

export interface DaySources {
  /** Raw parts whose rows are in none of `rollUps`. */
  readonly raw: readonly Part[];
  readonly rollUps: readonly Part[];
}

const MERGED = /-merged\.parquet$/;

/** Names of the written parts whose rows a part holds. */
export function leavesOf({ name, replaces }: Pick<Part, 'name' | 'replaces'>): readonly string[] {
  return replaces.length === 0 ? [name] : replaces.filter((each) => !MERGED.test(each));
}

/**
 * Roll-ups count where they cover all raw parts, or where what they cover is gone; while all of it is there, and raw rows that
 * came later with it, the raw parts tell more. Of roll-ups that overlap, the one that covers most counts.
 */
export function sourcesOf(rawParts: readonly Part[], rollUps: readonly Part[]): DaySources {
  const chosen = disjoint(rollUps);
  const covered = new Set(chosen.flatMap(({ covers }) => covers));
  const isCovered = (part: Part): boolean => leavesOf(part).every((leaf) => covered.has(leaf));
  if (rawParts.every(isCovered)) return { raw: [], rollUps: chosen };
  const there = new Set(rawParts.flatMap(leavesOf));
  const needed = chosen.filter(({ covers }) => !covers.every((leaf) => there.has(leaf)));
  const kept = new Set(needed.flatMap(({ covers }) => covers));
  return { raw: rawParts.filter((part) => !leavesOf(part).every((leaf) => kept.has(leaf))), rollUps: needed };
}

/** What to read of each day: parts of both kinds, of any number of days. */
export function byDay(rawParts: readonly Part[], rollUps: readonly Part[]): readonly DaySources[] {
  const day = ({ file }: Part): string => basename(dirname(file));
  const raw = Map.groupBy(rawParts, day);
  const hourly = Map.groupBy(rollUps, day);
  const days = [...new Set([...raw.keys(), ...hourly.keys()])].toSorted();
  return days.map((each) => sourcesOf(raw.get(each) ?? [], hourly.get(each) ?? []));
}

function disjoint(rollUps: readonly Part[]): readonly Part[] {
  const taken = new Set<string>();
  const chosen: Part[] = [];
  for (const rollUp of rollUps.toSorted((a, b) => b.covers.length - a.covers.length || (a.name < b.name ? 1 : -1))) {
    if (rollUp.covers.some((leaf) => taken.has(leaf))) continue;
    for (const leaf of rollUp.covers) taken.add(leaf);
    chosen.push(rollUp);
  }
  return chosen;
}

/** Parts that may be merged with each other: all that roll-ups cover, and all that they do not. */
export function byCoverage(rawParts: readonly Part[], rollUps: readonly Part[]): readonly (readonly Part[])[] {
  const covered = new Set(rollUps.flatMap(({ covers }) => covers));
  return [...Map.groupBy(rawParts, (part) => leavesOf(part).some((leaf) => covered.has(leaf))).values()];
}
