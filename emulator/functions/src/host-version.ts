/** The version of the Functions runtime that is emulated. */
export const HOST_VERSION = '4.1052.200';
