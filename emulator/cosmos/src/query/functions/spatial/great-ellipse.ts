import type { Position } from './geometry.ts';

/**
 * Lines on the WGS-84 ellipsoid as the service draws them: great ellipses, in which planes through the centre cut the surface. They
 * are some centimetres longer than geodesics over 1,000 km. Source: the documented results of ST_DISTANCE, which they meet to 0.1 mm.
 */

/** A point of the ellipsoid as a unit vector: its coordinates divided by the half axes. */
type Vector = readonly [number, number, number];

const EQUATORIAL_RADIUS = 6_378_137;
const FLATTENING = 1 / 298.257223563;
const ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING);

export function toEllipsoid([longitude, latitude]: Position): Vector {
  const lambda = (longitude * Math.PI) / 180;
  const beta = Math.atan((1 - FLATTENING) * Math.tan((latitude * Math.PI) / 180));
  return [Math.cos(beta) * Math.cos(lambda), Math.cos(beta) * Math.sin(lambda), Math.sin(beta)];
}

/** The shorter way from one point to another. */
export interface Arc {
  readonly start: Vector;
  /** The direction at the start. */
  readonly tangent: Vector;
  /** In radians of the unit sphere. */
  readonly angle: number;
}

export function arcBetween(start: Vector, end: Vector): Arc {
  const normal = cross(start, end);
  const angle = Math.atan2(Math.hypot(...normal), dot(start, end));
  return { start, tangent: unit(cross(Math.hypot(...normal) < 1e-15 ? meridian(start) : normal, start)), angle };
}

/** From a point to itself any way will do, and to the one opposite the shortest leads over a pole. */
function meridian([x, y]: Vector): Vector {
  return Math.hypot(x, y) < 1e-9 ? [1, 0, 0] : [y, -x, 0];
}

export function pointOfArc({ start, tangent }: Arc, angle: number): Vector {
  const [along, across] = [Math.cos(angle), Math.sin(angle)];
  return [
    start[0] * along + tangent[0] * across,
    start[1] * along + tangent[1] * across,
    start[2] * along + tangent[2] * across,
  ];
}

/** The coefficients of the powers of x in the square root of 1 - x. */
const ROOT_SERIES = [-1 / 2, -1 / 8, -1 / 16, -5 / 128, -7 / 256, -21 / 1024];

/**
 * In metres. A step of the arc has the length of the radius times the root of 1 - k sin² of its angle from the point farthest north;
 * the series of the root is integrated term by term.
 */
export function lengthOfArc({ start, tangent, angle }: Arc): number {
  const k = ECCENTRICITY_SQUARED * (start[2] ** 2 + tangent[2] ** 2);
  const from = -Math.atan2(tangent[2], start[2]);
  const to = from + angle;
  let integral = angle;
  let length = angle;
  let power = 1;
  for (const [index, coefficient] of ROOT_SERIES.entries()) {
    const exponent = 2 * (index + 1);
    // The integral of the sine to the power of the exponent, from that of the power before.
    const bounds = Math.sin(to) ** (exponent - 1) * Math.cos(to) - Math.sin(from) ** (exponent - 1) * Math.cos(from);
    integral = ((exponent - 1) * integral - bounds) / exponent;
    power *= k;
    length += coefficient * power * integral;
  }
  return EQUATORIAL_RADIUS * length;
}

function cross([ax, ay, az]: Vector, [bx, by, bz]: Vector): Vector {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}

function dot([ax, ay, az]: Vector, [bx, by, bz]: Vector): number {
  return ax * bx + ay * by + az * bz;
}

function unit(vector: Vector): Vector {
  const length = Math.hypot(...vector) || 1;
  return [vector[0] / length, vector[1] / length, vector[2] / length];
}
