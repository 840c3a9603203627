/** Bytes the rolling hash covers. */
export const chunkWindow = 64;
/** No chunk but the last of a file is shorter. */
export const chunkMinimum = 524_288;
/** No chunk is longer. */
export const chunkMaximum = 8_388_608;
