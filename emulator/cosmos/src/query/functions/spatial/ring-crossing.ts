import type { Ring } from './geometry.ts';
import { crosses, type Extent, type Surface, segmentsOf } from './surface.ts';

/** A segment and its bounds in each coordinate. */
interface BoundedSegment<P> {
  readonly segment: readonly [P, P];
  readonly extents: readonly Extent[];
}

/** To compare the bounds of two segments. */
const STEPS_PER_PAIR = 2;

/** To find out whether two segments cross. */
const STEPS_PER_CROSSING = 16;

/**
 * Whether two segments of a ring cross. Segments are sorted by their bounds in the coordinate in which the ring is widest, and each is
 * only compared with those that overlap it there, which in most rings are few.
 *
 * @param charge counts steps of work
 */
export function crossesItself<P>(ring: Ring, surface: Surface<P>, charge: (steps: number) => void): boolean {
  const segments = segmentsOf(ring.map(surface.project)).map(
    (segment): BoundedSegment<P> => ({ segment, extents: surface.extents(...segment) }),
  );
  const axis = widestAxis(segments);
  segments.sort((left, right) => (left.extents[axis]?.low ?? 0) - (right.extents[axis]?.low ?? 0));
  return segments.some((one, index) => {
    const high = one.extents[axis]?.high ?? 0;
    for (let next = index + 1; next < segments.length; next += 1) {
      const other = segments[next];
      if (other === undefined || (other.extents[axis]?.low ?? 0) > high) return false;
      charge(STEPS_PER_PAIR);
      if (!overlap(one.extents, other.extents)) continue;
      charge(STEPS_PER_CROSSING);
      if (crosses(surface, one.segment, other.segment)) return true;
    }
    return false;
  });
}

function widestAxis<P>(segments: readonly BoundedSegment<P>[]): number {
  const widths = (segments[0]?.extents ?? []).map((_, axis) => {
    const bounds = segments.map(({ extents }) => extents[axis] ?? { low: 0, high: 0 });
    return Math.max(...bounds.map(({ high }) => high)) - Math.min(...bounds.map(({ low }) => low));
  });
  return widths.indexOf(Math.max(...widths));
}

function overlap(left: readonly Extent[], right: readonly Extent[]): boolean {
  return left.every(({ low, high }, axis) => {
    const other = right[axis];
    return other !== undefined && low <= other.high && other.low <= high;
  });
}
