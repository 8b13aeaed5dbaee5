// Strings of the livestream overlay. One entry a key: [中文, English].
export const overlay = {
  "overlay.lost": ["信号中断", "Signal lost"],
};
