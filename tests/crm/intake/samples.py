"""Files by hand that several tests bring in."""

FULL = (
    "客户编号,姓名,英文名,性别,生日,国籍,语言,公司,职务,手机,邮箱,微信,地址,城市,邮编,VIP,车牌,会员号,会员等级,入会日期\n"
    "G1,陈静怡,Jingyi Chen,女,1988-10-17,CHN,中文,恒瑞医疗,总监,138 0013 8000,cjy@example.com,"
    "cjy88,西湖大道1号,杭州,310000,V2,浙A12345,8001,金卡,2024-01-05\n"
    "G2,王伟,,男,,,,,,13900139000,,,,,,,,,,\n"
)

STAYS = (
    "Conf No,Guest Name,Mobile,Arrival,Departure,Status,Room,Rate,Adults,Channel,Company\n"
    "R1,陈静怡,13800138000,2026-01-02,2026-01-05,checked out,1808,880.00,2,OTA,\n"
    "R2,陈静怡,13800138000,2026-03-01,2026-03-02,checked out,1611,900.00,1,Direct,Hengrui\n"
    "R3,王伟,13900139000,2026-12-24,2026-12-26,reserved,,1000,2,Direct,Hengrui\n"
)

LINES = (
    "Line ID,Conf No,Date,Category,Outlet,Description,Amount,Discount,Covers,Currency\n"
    "L1,R1,2026-01-02,餐饮,Lake View,Dinner,320.50,20,2,\n"
    "L2,R1,2026-01-03,minibar,,,-15.00,,,\n"
    "L3,NOPE,2026-01-03,minibar,,,15,,,\n"
    "L4,R1,2026-01-03,juggling,,,15,,,\n"
)

POINTS = (
    "member no,points,type,id\n8001,500,opening,P1\n8001,-200,兑换,P2\n"
    "8001,-400,redeem,P3\n9,1,,P4\n"
)
