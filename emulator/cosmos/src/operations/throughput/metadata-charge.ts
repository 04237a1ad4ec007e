import { METADATA_READ_CHARGE, METADATA_WRITE_CHARGE } from '../../model/request-charge.ts';

/** Request units of operations on databases, containers and offers. */
export const METADATA_CHARGE = {
  read: METADATA_READ_CHARGE,
  write: METADATA_WRITE_CHARGE,
  list: METADATA_READ_CHARGE,
} as const;
