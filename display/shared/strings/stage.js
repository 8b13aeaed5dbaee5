// Strings of the stage monitor. One entry a key: [中文, English].
export const stage = {
  "stage.page": ["舞台返看屏", "Stage monitor"],
  "stage.next": ["接下来", "Next"],
  "stage.question": ["第 {position} 题 / 共 {of} 题", "Question {position} of {of}"],
  "stage.plan.over": ["超出 {time}", "{time} over"],
  "stage.plan.under": ["富余 {time}", "{time} in hand"],
  "stage.plan.on": ["正合计划", "On time"],
  "stage.plan.used": ["已用 {used} / 计划 {planned}", "{used} of {planned}"],
  "stage.hidden": ["大屏上现在什么都没有", "The hall sees nothing just now"],
};
