// Strings of the red band about the log and its disk. One entry a key: [中文, English].
export const logAlarm = {
  "alarm.full": ["磁盘已满 · 裁决已停", "Disk full · no rulings"],
  "alarm.full.do": ["请在 {where} 所在的磁盘上腾出 500 MB（现剩 {mb} MB）", "Free 500 MB on the disk of {where} ({mb} MB left)"],
  "alarm.readonly": ["磁盘变成只读 · 裁决已停", "Disk is read-only · no rulings"],
  "alarm.readonly.do": ["请检查 {where} 所在磁盘的接线和写保护，再让它可以写入", "Check cable and write protection of the disk of {where}, and make it writable"],
  "alarm.io": ["磁盘读写出错 · 裁决已停", "Disk errors · no rulings"],
  "alarm.io.do": ["请检查 {where} 所在磁盘的接线。仍是红色，就换到备用机继续", "Check the cable of the disk of {where}. Still red: go on with the standby"],
  "alarm.damaged": ["记录文件损坏 · 裁决已停", "The log is damaged · no rulings"],
  "alarm.damaged.do": ["程序正在用第二份记录修复。十秒后仍是红色，请找技术人员。不要删除 {where} 里的文件", "It is being mended from its second copy. Red after ten seconds: call the technician. Delete nothing in {where}"],
  "alarm.gone": ["找不到记录文件 · 裁决已停", "The log is gone · no rulings"],
  "alarm.gone.do": ["请把磁盘接回来，或把 {where} 放回原处", "Connect the disk again, or put {where} back in its place"],
  "alarm.slow": ["磁盘没有响应 · 裁决在等", "The disk does not answer · rulings wait"],
  "alarm.slow.do": ["请不要重复按键。{where} 所在的磁盘一有响应就继续", "Do not press again. It goes on as soon as the disk of {where} answers"],
  "alarm.then": ["屏幕照常显示，好了以后自动恢复，不用重启", "Screens stay alive. It recovers by itself: no restart"],
  "alarm.mended": ["记录文件损坏过，已修复 · 坏文件留作 {files} · 请备份数据", "A damaged log was mended · kept as {files} · back up the data"],
};
